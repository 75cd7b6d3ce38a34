"""`./megdan backup` and `./megdan restore`: the whole installation in one file, and back."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
from cyclopts import App, Parameter
from pydantic import SecretStr

from deploy.cli.connection import Where, must_be_there, over_socket, refusal
from deploy.cli.imports import AsJson
from deploy.cli.speech import err, out, print_json, said_of, words
from deploy.data_folder import DataFolder, read_key
from shared.clock import system_clock
from shared.errors import Invalid, NotFound, Unavailable
from shared.language import Text
from shared.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from deploy.backup.form import Manifest
    from deploy.backup.restoring import Restored

Replace = Annotated[bool, Parameter(help=words("замества каквото има там", "in the place of what is there"))]


class KeyIsMissing(Invalid):
    """An archive without its key: it can be restored, but not as it was."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text(
                bg=f"Ключът на това копие не е намерен: нито {file}.key, нито в папката. Посочете го с --key. Без него "
                "никой не може да изтегли отговора си, повторно изпратен отговор се брои втори път, изтритото след "
                "копието се връща. Ако е изгубен завинаги: --new-key.",
                en=f"The key of this backup was not found: neither {file}.key nor in the folder. Name it with --key. "
                "Without it nobody can withdraw a response, one that is sent again counts twice, and what was erased "
                "since comes back. If it is lost for good: --new-key.",
            )
        )


def add_to(app: App) -> None:
    """Add the commands."""
    app.command(
        backup,
        help=words(
            "Цялата инсталация в един файл, докато работи.", "The whole installation in one file, while it runs."
        ),
    )
    app.command(
        restore,
        help=words(
            "Връща инсталация от такъв файл; първо го проверява.", "Puts such a file back; checks it before it writes."
        ),
    )


def backup(file: Path, /, *, replace: Replace = False, as_json: AsJson = False, where: Where | None = None) -> None:
    """The whole installation in one file, while it runs."""
    from deploy.backup.taking import FileIsThere, take  # noqa: PLC0415 - SQLite's library is needed only here

    place, file = where or Where(), file.absolute()
    if file.exists() and not replace:
        raise FileIsThere(file)
    folder = _here(place)

    async def run() -> "Manifest":
        with err().status(words("Правя копие…", "Making a backup…")) as status:
            async with _archive(folder) as pieces:
                taken = await take(pieces, file, folder.key, lambda size: status.update(_so_far(size)))
        return taken.manifest

    manifest = asyncio.run(run())
    entries = sum(head.position for heads in manifest.heads.values() for head in heads.values())
    told = {"file": str(file), "key": f"{file}.key", "bytes": file.stat().st_size, "made_at": manifest.made_at}
    if as_json:
        print_json({**told, "entries": entries})
        return
    size = f"{file.stat().st_size / 1024**2:.1f} MiB"
    out().print(words(f"Копието е цяло: {file} ({size}).", f"The backup is whole: {file} ({size})."), markup=False)
    out().print(
        words(
            f"Ключът е отделно: {file}.key. Пазете и двата, но не на едно място: в тях са отговорите на хората.",
            f"The key is apart: {file}.key. Keep both, but not in one place: they hold what people said.",
        ),
        markup=False,
    )


def restore(  # noqa: PLR0913 - each is an option of its own
    file: Path,
    /,
    *,
    replace: Replace = False,
    key: Annotated[Path | None, Parameter(help=words("файл с ключа", "file of the key"))] = None,
    erasures: Annotated[
        Path | None, Parameter(help=words("още един дневник на изтриванията", "one more ledger of erasures"))
    ] = None,
    new_key: Annotated[bool, Parameter(help=words("ключът е изгубен", "the key is lost"))] = False,
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """Puts such a file back; checks it before it writes."""
    from deploy.backup import ledger, restoring  # noqa: PLC0415 - a second of imports that other commands spare
    from deploy.backup.models import declared  # noqa: PLC0415 - the same
    from deploy.backup.reading import opened  # noqa: PLC0415 - the same

    folder = _here(where or Where())
    with opened(file) as archive, err().status(words("Проверявам копието…", "Checking the backup…")) as status:
        archive.check(declared())
        secret = _key_of(archive.manifest, file, folder, key)
        if secret is None and not new_key:
            raise KeyIsMissing(file)
        places = ledger.places(folder, Settings().erasures)
        noted = ledger.read([*places, *([erasures] if erasures else [])], secret) if secret else ledger.Noted()
        wish = restoring.Wish(secret, replace, noted, places[0], system_clock)
        status.update(words("Възстановявам…", "Restoring…"))
        restored = asyncio.run(restoring.restore(archive, folder, wish))
    if as_json:
        print_json(_shape(restored))
    else:
        _say(restored, folder)


def _here(where: Where) -> DataFolder:
    if where.url:
        raise Invalid(
            Text(
                bg="Копие се прави и връща само на самата машина: с --data, без --url.",
                en="A backup is made and restored on the machine itself only: with --data, without --url.",
            )
        )
    return where.folder


@asynccontextmanager
async def _archive(folder: DataFolder) -> AsyncIterator[AsyncIterator[bytes]]:
    """The archive of a folder: from the process that serves it, or made here while nobody does."""
    from deploy.backup.route import PATH  # noqa: PLC0415 - SQLite's library is needed only here
    from deploy.backup.taking import in_turn  # noqa: PLC0415 - the same
    from deploy.backup.writing import archived, seen  # noqa: PLC0415 - the same

    client = over_socket(folder)
    if client is None:
        must_be_there(folder)
        with folder.held() as secret, seen(folder) as what:
            yield in_turn(archived(what, secret, system_clock()))
        return
    try:
        async with client, client.stream("GET", f"http://megdan{PATH}") as reply:
            if not reply.is_success:
                await reply.aread()
                raise refusal(reply)
            yield reply.aiter_raw()
    except httpx.HTTPError as fault:
        raise Unavailable(
            Text(
                bg="Инсталацията спря да отговаря, докато правеше копието; от него не остана нищо. Опитайте отново.",
                en="The installation stopped answering while it made the backup; nothing of it is left. Try again.",
            )
        ) from fault


def _key_of(manifest: "Manifest", file: Path, folder: DataFolder, named: Path | None) -> SecretStr | None:
    """Find the key that belongs to an archive; None if it is nowhere. Raises Invalid if another one was named."""
    from deploy.backup.form import key_mark  # noqa: PLC0415 - restoring alone needs it
    from deploy.backup.taking import key_beside  # noqa: PLC0415 - the same

    for path in [named] if named else [key_beside(file), folder.key]:
        try:
            secret = read_key(path)
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise NotFound(Text(bg=f"{path}: {said_of(fault)}.", en=f"{path}: {said_of(fault)}.")) from fault
        if key_mark(secret) == manifest.key:
            return secret
    if named:
        raise Invalid(
            Text(bg=f"{named} не е ключът на това копие.", en=f"{named} is not the key of this backup."),
        )
    return None


def _so_far(size: int) -> str:
    return words(f"Правя копие… {size / 1024**2:.0f} MiB", f"Making a backup… {size / 1024**2:.0f} MiB")


def _shape(restored: "Restored") -> dict[str, object]:
    return {
        "made_at": restored.made_at,
        "entries": restored.entries,
        "erased_again": restored.forgotten,
        "uncovered_days": [day.isoformat() for day in restored.uncovered],
        "moved_aside": str(restored.aside) if restored.aside else None,
    }


def _say(restored: "Restored", folder: DataFolder) -> None:
    lines = [
        words(
            f"Възстановено в {folder.path} както беше на {restored.made_at}.",
            f"Restored into {folder.path} as it was on {restored.made_at}.",
        ),
        words(f"Записът е цял: {restored.entries} вписвания.", f"The record is whole: {restored.entries} entries."),
        words(
            "Всички влизат наново. Прегледайте ключовете за достъп: отнетите след копието пак важат.",
            "Everybody signs in again. Look at the tokens: those revoked since the backup hold again.",
        ),
    ]
    if restored.forgotten:
        lines.append(
            words(
                f"Изтрито отново по дневника на изтриванията: {restored.forgotten}.",
                f"Erased again, by the ledger of erasures: {restored.forgotten}.",
            )
        )
    if restored.uncovered:
        days = ", ".join(ranges(restored.uncovered))
        lines.append(
            words(
                f"Никой дневник не покрива {days}. Ако тогава е работил, изтритото е тук отново: кажете на хората.",
                f"No ledger covers {days}. If Megdan ran then, what was erased is here again: tell the people.",
            )
        )
    if restored.aside:
        lines.append(
            words(
                f"Старите данни са в {restored.aside}. Изтрийте ги, щом видите, че новите са добре.",
                f"The old data is in {restored.aside}. Delete it once you have seen that the new is well.",
            )
        )
    for line in lines:
        out().print(line, markup=False)


def ranges(days: "list[date]") -> Iterator[str]:
    """Write days that follow one another as from – to."""
    breaks = [number for number, (day, after) in enumerate(pairwise(days), 1) if (after - day).days > 1]
    for first, end in pairwise([0, *breaks, len(days)]):
        begun, ended = days[first].isoformat(), days[end - 1].isoformat()
        yield begun if begun == ended else f"{begun} – {ended}"
