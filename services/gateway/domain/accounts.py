"""Accounts: who somebody is, which roles they hold, and what their names and passwords must be."""

import re
from collections.abc import Iterable
from typing import Literal, get_args
from unicodedata import normalize

from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.language import Text
from shared.store import Document

GrantedRole = Literal["citizen", "officer", "expert", "moderator", "evaluator", "administrator"]
GRANTED: tuple[GrantedRole, ...] = get_args(GrantedRole)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
LONGEST_DISPLAY_NAME = 120
_NAME = re.compile(r"[\w.@+-]{3,64}")
_FIX = Text(bg="Поправете посочените полета и изпратете отново.", en="Mend the fields named here and send again.")


class User(Document):
    """An account. `key` is the folded login name, which is unique.

    `epoch` counts the changes after which earlier sessions and tokens are dead: of the password, of `active`, and the
    loss of administration.
    """

    key: str
    name: str
    display_name: str
    password_hash: str
    roles: tuple[GrantedRole, ...]
    unit: str | None = None
    active: bool = True
    epoch: int = 0
    made_at: str

    @property
    def administers(self) -> bool:
        return self.active and "administrator" in self.roles


class NoSuchUser(NotFound):
    def __init__(self) -> None:
        super().__init__(Text(bg="Няма такъв профил.", en="There is no such account."))


class NameIsTaken(Conflict):
    def __init__(self) -> None:
        text = Text(bg="Това потребителско име е заето. Изберете друго.", en="This user name is taken. Choose another.")
        super().__init__(text, [FieldError("/user", text)])


class LastAdministrator(Conflict):
    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Това е последният администратор. Първо дайте тази роля на още някого.",
                en="This is the last administrator. Give the role to somebody else first.",
            )
        )


def folded(name: str) -> str:
    """Fold a login name so that its spellings (case, Unicode form, blanks around) are one name."""
    return normalize("NFKC", normalize("NFKC", name).casefold()).strip()


def check_name(name: str) -> None:
    """Raise Invalid unless the login name is 3 to 64 letters, digits and the characters of `_NAME`."""
    if not _NAME.fullmatch(folded(name)):
        raise _unfit(
            "/user",
            bg="Потребителското име е от 3 до 64 букви, цифри и знаците . _ @ + - (без интервали).",
            en="A user name has 3 to 64 letters, digits and the characters . _ @ + - (no blanks).",
        )


def check_display_name(display_name: str) -> None:
    """Raise Invalid unless there is a name to show, on one line."""
    if not display_name.strip() or len(display_name) > LONGEST_DISPLAY_NAME or not display_name.isprintable():
        raise _unfit(
            "/display_name",
            bg=f"Дайте име за показване до {LONGEST_DISPLAY_NAME} знака, на един ред.",
            en=f"Give a name to show, of up to {LONGEST_DISPLAY_NAME} characters on one line.",
        )


def check_password(password: str, name: str) -> None:
    """Raise Invalid for a password that is too short, too long, one repeated character or made of the name."""
    if len(password) < SHORTEST_PASSWORD:
        raise _unfit(
            "/password",
            bg=f"Паролата трябва да има поне {SHORTEST_PASSWORD} знака. Няколко думи една до друга са добра парола.",
            en=f"The password needs at least {SHORTEST_PASSWORD} characters. A few words in a row make a good one.",
        )
    if len(password) > LONGEST_PASSWORD:
        raise _unfit(
            "/password",
            bg=f"Паролата може да има най-много {LONGEST_PASSWORD} знака.",
            en=f"The password may have at most {LONGEST_PASSWORD} characters.",
        )
    if len(set(password)) < len("four") or folded(name) in folded(password):
        raise _unfit(
            "/password",
            bg="Паролата е лесна за познаване. Не използвайте името си или един и същи знак.",
            en="The password is easy to guess. Don't use your name or one character over and over.",
        )


def check_roles(roles: Iterable[str], unit: str | None) -> None:
    """Raise Invalid unless there is a role, and a unit where one of them is that of a unit's officer."""
    held = set(roles)
    if not held or not held <= set(GRANTED):
        raise _unfit(
            "/roles", bg=f"Дайте поне една роля от: {', '.join(GRANTED)}.", en=f"Give a role of: {', '.join(GRANTED)}."
        )
    if "officer" in held and not unit:
        raise _unfit(
            "/unit",
            bg="Служителят работи в звено. Посочете кое.",
            en="An officer belongs to a unit. Say which.",
        )


def _unfit(pointer: str, *, bg: str, en: str) -> Invalid:
    return Invalid(_FIX, [FieldError(pointer, Text(bg=bg, en=en))])
