"""Where a value's evidence can be seen: an address that a page may link to."""

from urllib.parse import urlsplit

from shared.language import Text

LONGEST_ADDRESS = 500

NO_ADDRESS = Text(
    bg=f"Доказателството е адрес, който започва с https:// или http://, до {LONGEST_ADDRESS} знака. Може и без него.",
    en=f"Evidence is an address beginning with https:// or http://, of at most {LONGEST_ADDRESS} characters, or none.",
)


def is_address(text: str) -> bool:
    """Tell whether a text is an address of the web, which opens nothing but a page."""
    if len(text) > LONGEST_ADDRESS or not text.isprintable() or any(letter.isspace() for letter in text):
        return False
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname)
