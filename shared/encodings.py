"""Text of unknown encoding: UTF-8, UTF-16 or Windows-1251, or a refusal; never letters that nobody wrote."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from shared.errors import Invalid
from shared.language import Text

_NOT_BULGARIAN = re.compile(r"[^\x00-\x7fА-Яа-яЁЫЭёыэѝЍ„“”‘’‚«»–—…№§°±€©®™•\xa0\xad]")
_CASE_BREAKS_IN_WORD = re.compile(r"[а-яё][А-ЯЁ]|[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_HARDLY_WRITTEN = re.compile(r"[ʀ-˿\ue000-\uf8ff]")
_MARKS = (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)
_LOOK_AT_BYTES = 4096

_OTHERS = ("koi8-r", "mac-cyrillic", "cp866", "iso8859-5", "cp855")
"""Other old encodings of Cyrillic: each reads the bytes of the others too, but as other letters."""

_JUDGED_CHARACTERS = 5_000
_CLEARLY = 8.0
_BY_FREQUENCY = "аоитенсрвлпкдмзгбуяъщчцжхйшфюь"
_ODDITY = {letter: 2.3 + 0.15 * place for place, letter in enumerate(_BY_FREQUENCY)}
"""About -ln of how often a letter stands in Bulgarian."""
_STANDS_BEFORE_NO_LETTER = "”’‘‚»—…§°±€©®™•\xad"
_STANDS_AFTER_NO_LETTER = "§°±€©•"
_ODDITY |= dict.fromkeys("„“«–№\xa0", 5.0) | dict.fromkeys(_STANDS_BEFORE_NO_LETTER, 7.0) | dict.fromkeys("ыэёѝ", 9.0)
_NEVER = 20.0
_MISPLACED = 8.0
_CAPITAL = 1.0


def decoded(data: bytes) -> str:
    """Decode a text file without its byte order mark. Raises Invalid where the encoding can't be told for sure."""
    text = _marked(data) if data.startswith(_MARKS) else _unmarked(data)
    if text is None or "\x00" in text:
        raise Invalid(
            Text(
                bg="Файлът не се чете като текст. Запишете го като CSV UTF-8 или като XLSX и опитайте отново.",
                en="The file can't be read as text. Save it as CSV UTF-8 or as XLSX and try again.",
            )
        )
    return text.removeprefix("\ufeff")


def _marked(data: bytes) -> str | None:
    return _strictly(data, "utf-8" if data.startswith(BOM_UTF8) else "utf-16")


def _unmarked(data: bytes) -> str | None:
    head = data[:_LOOK_AT_BYTES]
    if b"\x00" in head:
        little = head[1::2].count(0) >= head[0::2].count(0)
        return _strictly(data, "utf-16-le" if little else "utf-16-be")
    text = _strictly(data, "utf-8")
    return _windows_1251(data) if text is None else _if_written(text)


def _if_written(text: str) -> str | None:
    """Return what reads as UTF-8, unless it does so by chance: two or three letters of an old encoding can."""
    return None if _HARDLY_WRITTEN.search(text) and not _CYRILLIC.search(text) else text


def _windows_1251(data: bytes) -> str | None:
    """Read Windows-1251 only if that is clearly better Bulgarian than what any other old encoding makes of it."""
    text = _strictly(data, "cp1251")
    if text is None or _NOT_BULGARIAN.search(text) or _CASE_BREAKS_IN_WORD.search(text):
        return None
    judged = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_JUDGED_CHARACTERS]
    ours = judged.decode("cp1251")
    others = {judged.decode(encoding, errors="replace") for encoding in _OTHERS} - {ours}
    return text if all(_oddity(ours) + _CLEARLY < _oddity(other) for other in others) else None


def _oddity(text: str) -> float:
    """How unlikely it is that somebody wrote this in Bulgarian: the sum over its characters that are not ASCII."""
    return sum(_oddities(text))


def _oddities(text: str) -> Iterator[float]:
    before = " "
    for character in text:
        if not character.isascii():
            yield _ODDITY.get(character.lower(), _NEVER) + _out_of_place(character, before)
        before = character


def _out_of_place(character: str, before: str) -> float:
    if before in _STANDS_BEFORE_NO_LETTER and character.isalpha():
        return _MISPLACED
    if character in _STANDS_AFTER_NO_LETTER and before.isalpha():
        return _MISPLACED
    if character in "ьЬ":
        return 0.0 if before.isalpha() else _MISPLACED
    if character.isupper() and not before.isupper():
        return _MISPLACED if before.isalpha() else _CAPITAL
    return 0.0


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None
