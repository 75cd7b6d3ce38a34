"""Computed values that stay in memory."""

from services.reporting.kept import Kept


def test_what_was_used_last_stays() -> None:
    """Beyond its limit, what was not asked for longest goes."""
    kept: Kept[str] = Kept(2)
    kept.keep(1, "one")
    kept.keep(2, "two")
    kept.get(1)

    kept.keep(3, "three")

    assert ["one", None, "three"] == [kept.get(1), kept.get(2), kept.get(3)]
