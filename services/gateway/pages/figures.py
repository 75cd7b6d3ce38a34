"""Numbers, dates and times as people of either language write them."""

from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date, format_datetime

from shared.language import Language

NBSP = "\u00a0"
MINUS = "\u2212"
PLUS = "+"


def number(value: float, language: Language, decimals: int | None = None) -> str:
    """Write a number: 1 284 and 3,6 in Bulgarian, 1,284 and 3.6 in English; `decimals` not given: as it has."""
    exact = Decimal(str(value))
    if decimals is None:
        decimals = min(2, max(0, -int(exact.normalize().as_tuple().exponent)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    written = f"{abs(rounded):,}"
    if language == "bg":
        written = written.replace(",", NBSP).replace(".", ",")
    return (MINUS if rounded < 0 else "") + written


def percent(share: float, language: Language, decimals: int = 0) -> str:
    """Write a share of 1 as a percentage: 78 % in Bulgarian, 78% in English."""
    written = number(share * 100, language, decimals)
    return written + (f"{NBSP}%" if language == "bg" else "%")


def signed(value: float, language: Language, decimals: int = 0) -> str:
    """Write a change with its sign, a true minus among them; nothing before a zero."""
    written = number(value, language, decimals)
    return written if written.startswith(MINUS) or not written.strip("0,.") else PLUS + written


def day(when: date, language: Language) -> str:
    """Write a day: 24.11.2026 г., 24 November 2026."""
    pattern = f"dd.MM.yyyy'{NBSP}г.'" if language == "bg" else "d MMMM yyyy"
    return format_date(when, pattern, locale=language)


def moment(when: datetime, zone: tzinfo, now: datetime, language: Language) -> str:
    """Write a time: only 14:32 ч. when it is today, the day before it when it is not."""
    is_today = when.astimezone(zone).date() == now.astimezone(zone).date()
    return _clock(when.astimezone(zone), language) if is_today else whole_moment(when, zone, language)


def whole_moment(when: datetime, zone: tzinfo, language: Language) -> str:
    """Write a time with its day, whichever it is: 24.11.2026 г., 14:32 ч."""
    local = when.astimezone(zone)
    return f"{day(local.date(), language)}, {_clock(local, language)}"


def _clock(local: datetime, language: Language) -> str:
    pattern = f"HH:mm'{NBSP}ч.'" if language == "bg" else "HH:mm"
    return format_datetime(local, pattern, locale=language)


def parsed_moment(written: str) -> datetime:
    """Read an RFC 3339 time; one without a zone is UTC."""
    read = datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
