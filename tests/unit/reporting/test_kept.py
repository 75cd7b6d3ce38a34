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


def test_together_they_are_no_heavier_than_allowed() -> None:
    """What was not asked for longest goes where the others are too heavy with it; a single one may be heavier."""
    kept: Kept[str] = Kept(10, 6, len)
    for value in ("one", "four", "too heavy"):
        kept.keep(value, value)

    assert [None, None, "too heavy"] == [kept.get(each) for each in ("one", "four", "too heavy")]


def test_one_that_fits_is_found() -> None:
    """Whatever its key; none where none fits."""
    kept: Kept[str] = Kept(2)
    kept.keep(1, "one")

    assert ("one", None) == (kept.find(lambda each: each.startswith("o")), kept.find(lambda each: not each))
