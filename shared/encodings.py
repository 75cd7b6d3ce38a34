"""Text of unknown encoding: UTF-8, UTF-16 or Windows-1251, or a refusal; never letters that nobody wrote."""

import re

from shared.errors import Invalid
from shared.language import Text

_NOT_BULGARIAN = re.compile(r"[^\x00-\x7fА-Яа-яЁЫЭёыэѝЍ„“”‘’‚«»–—…№§°±€©®™•\xa0\xad]")
_CASE_BREAKS_IN_WORD = re.compile(r"[а-яё][А-ЯЁ]|[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")
_LETTER = re.compile(r"[А-Яа-я]")
_COMMON = frozenset("аеиотнсрвл")
_ENOUGH_LETTERS = 20
_LEAST_COMMON = 0.4
_LOOK_AT_BYTES = 4096


def decoded(data: bytes) -> str:
    """Decode a text file without its byte order mark. Raises Invalid where the encoding can't be told for sure."""
    text = _marked(data) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _unmarked(data)
    if text is None or "\x00" in text:
        raise Invalid(
            Text(
                bg="Файлът не се чете като текст. Запишете го като CSV UTF-8 или като XLSX и опитайте отново.",
                en="The file can't be read as text. Save it as CSV UTF-8 or as XLSX and try again.",
            )
        )
    return text.removeprefix("\ufeff")


def _marked(data: bytes) -> str | None:
    return _strictly(data, "utf-16")


def _unmarked(data: bytes) -> str | None:
    head = data[:_LOOK_AT_BYTES]
    if b"\x00" in head:
        little = head[1::2].count(0) >= head[0::2].count(0)
        return _strictly(data, "utf-16-le" if little else "utf-16-be")
    return _strictly(data, "utf-8") if _is_utf8(data) else _windows_1251(data)


def _is_utf8(data: bytes) -> bool:
    return _strictly(data, "utf-8") is not None


def _windows_1251(data: bytes) -> str | None:
    """Read Windows-1251 only if it looks like Bulgarian: other old encodings decode too, but to other letters."""
    text = _strictly(data, "cp1251")
    if text is None or _NOT_BULGARIAN.search(text) or _CASE_BREAKS_IN_WORD.search(text):
        return None
    letters = _LETTER.findall(text.lower())
    common = sum(letter in _COMMON for letter in letters)
    return None if len(letters) >= _ENOUGH_LETTERS and common < _LEAST_COMMON * len(letters) else text


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None
