"""How a rule says what is wrong: the place as a JSON pointer, and what to do, in both languages."""

import re

from shared.errors import FieldError
from shared.language import Text

LONGEST_TITLE = 500
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def fault(pointer: str, bg: str, en: str) -> FieldError:
    return FieldError(pointer, Text(bg=bg, en=en))


def is_id(text: str) -> bool:
    """Ids are 1 to 64 letters, digits, dots, dashes and underscores of ASCII, so that one id is written one way."""
    return _ID.fullmatch(text) is not None and ".." not in text


def id_fault(pointer: str) -> FieldError:
    return fault(
        pointer,
        "Кодът е от 1 до 64 латински букви, цифри, точки, тирета и долни черти, и започва с буква или цифра.",
        "An id is 1 to 64 Latin letters, digits, dots, dashes and underscores, beginning with a letter or digit.",
    )


def title_fault(pointer: str) -> FieldError:
    return fault(
        pointer,
        f"Заглавието е най-много {LONGEST_TITLE} знака. Съкратете го.",
        f"A title has at most {LONGEST_TITLE} characters. Shorten it.",
    )


def period_fault(pointer: str) -> FieldError:
    return fault(
        pointer,
        "Периодът се пише 2019, 2019-Q3 или 2019-07.",
        "A period is written 2019, 2019-Q3 or 2019-07.",
    )
