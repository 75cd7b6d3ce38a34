"""Where `./megdan` arrives: the commands, and how they end: 0 done, 2 bad usage or bad input, 1 failed."""

import os
import sys
from importlib import import_module

import structlog
from cyclopts import App, CycloptsError, Group, MissingArgumentError, UnknownCommandError, UnknownOptionError

from deploy import VERSION
from deploy.cli.connection import Refused
from deploy.cli.speech import err, tell, words
from shared.errors import Conflict, Invalid, MegdanError, NotFound, TooLarge
from shared.logging import start_logging

BAD_INPUT = (Invalid, NotFound, Conflict, TooLarge)
BAD_USAGE = 2
COMMANDS = ("serving", "imports", "evaluation", "accounts", "record", "keeping", "installation", "testing", "benching")


def command_line() -> App:
    """Put the commands together."""
    app = App(
        name="./megdan",
        help=words(
            "Мегдан: площадът на общината. Анкети, планът и неговата оценка на живо.",
            "Megdan: the public square of a municipality. Surveys, the plan and its live evaluation.",
        ),
        help_epilogue=words(
            "За всяка команда: ./megdan КОМАНДА --help. Настройките идват от средата: ./megdan settings.",
            "For each command: ./megdan COMMAND --help. Settings come from the environment: ./megdan settings.",
        ),
        version=VERSION,
        group_commands=Group(words("Команди", "Commands")),
        group_arguments=Group(words("Аргументи", "Arguments")),
        group_parameters=Group(words("Възможности", "Options")),
        exit_on_error=False,
        print_error=False,
    )
    app["--help"].help = words("Показва това.", "Shows this.")
    app["--version"].help = words("Показва версията.", "Shows the version.")
    for name in COMMANDS:
        import_module(f"deploy.cli.{name}").add_to(app)
    return app


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        result = command_line()(arguments, result_action="return_value")
    except CycloptsError as error:
        return _say_usage(error)
    except MegdanError as error:
        tell(error)
        refused_input = isinstance(error, Refused) and 400 <= error.answered < 500  # noqa: PLR2004 - HTTP's client errors
        return BAD_USAGE if refused_input or isinstance(error, BAD_INPUT) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has enough; what is still in the buffer goes nowhere, and no error is told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the last net: nobody gets a bare traceback
        return _say_unforeseen(error)
    return result if isinstance(result, int) else 0


def _say_usage(error: CycloptsError) -> int:
    kinds: dict[type[CycloptsError], str] = {
        UnknownCommandError: "Няма такава команда.",
        UnknownOptionError: "Няма такава възможност.",
        MissingArgumentError: "Липсва задължителен аргумент.",
    }
    bulgarian = next((said for kind, said in kinds.items() if isinstance(error, kind)), "Проверете аргументите.")
    err().print(f"[bold red]{words('Неправилна команда', 'Wrong usage')}.[/] {words(bulgarian, '')}".rstrip())
    err().print(f"  {error}", markup=False)
    err().print(words("  Помощ: ./megdan КОМАНДА --help", "  Help: ./megdan COMMAND --help"), markup=False)
    return BAD_USAGE


def _say_unforeseen(error: Exception) -> int:
    what = words("Нещо се обърка при нас", "Something went wrong on our side")
    cure = words("Вижте какво с ./megdan doctor.", "See what with ./megdan doctor.")
    err().print(f"{what} ({type(error).__name__}). {cure}", markup=False)
    start_logging("error")
    structlog.get_logger().error("command.failed", exc_info=error)
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
