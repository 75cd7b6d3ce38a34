"""Figures as they were given: counts, and their parts of all who answered, without weights and intervals."""

from services.gateway.pages.backend import Json


def as_given(figures: Json) -> Json:
    """Return a question's figures, its cuts too, with shares of the counts. What is hidden stays hidden."""
    counted = {**figures, "as_given": True}
    if "choices" in figures:
        counted["choices"] = [_share(choice, figures.get("n") or 0) for choice in figures["choices"]]
    if "by" in figures:
        counted["by"] = [as_given(row) for row in figures["by"]]
    return counted


def _share(choice: Json, n: int) -> Json:
    count = choice.get("count")
    return {**choice, "share": count / n if count is not None and n else None, "low": None, "high": None}
