"""What an installation looks like: whose it is, its picture, whom to call."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.language import Text


def time_zone(name: str) -> tzinfo:
    """Return a time zone of the machine's database, or UTC on machines that have none."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC


@dataclass(frozen=True)
class Look:
    """The settings of the pages. Texts without English are shown in Bulgarian and marked as such.

    Attributes:
        municipality: whose square this is, as it stands under the name.
        name: what the square is called.
        hero: SVG markup for the top of the home page, its colours taken from the tokens; None paints paving stones.
        phone: where to call for help, as it is written.
        mail: where to write for help.
        zone: the time zone in which times are shown.
    """

    municipality: Text
    name: Text = field(default_factory=lambda: Text(bg="Мегдан", en="Megdan"))
    hero: str | None = None
    phone: str | None = None
    mail: str | None = None
    zone: tzinfo = field(default_factory=lambda: time_zone("Europe/Sofia"))
