"""Languages, keys, log lines, sweeps."""

import asyncio
import io
import sys
from contextlib import suppress

import orjson
import pytest
import structlog
from pydantic import SecretStr

from shared.keys import keyed, pseudonym
from shared.language import Language, Text, preferred
from shared.logging import correlated, current_correlation, start_logging
from shared.sweeps import Sweep, keep_sweeping


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "bg"),
        ("", "bg"),
        ("de", "bg"),
        ("en", "en"),
        ("en-GB,en;q=0.9,bg;q=0.8", "en"),
        ("bg-BG,bg;q=0.9,en;q=0.8", "bg"),
        ("de,en;q=0.7", "en"),
    ],
)
def test_the_readers_language(header: str | None, language: Language) -> None:
    """English where it is asked for before Bulgarian, Bulgarian everywhere else."""
    assert language == preferred(header)


def test_bulgarian_stands_in() -> None:
    """A text without English is shown in Bulgarian."""
    assert ("план", "план", "plan") == (
        Text(bg="план").in_("en"),
        Text(bg="план", en="").in_("en"),
        Text(bg="план", en="plan").in_("en"),
    )


def test_keys_are_bound_to_their_purpose() -> None:
    """The same id gives different hashes for different purposes, parts and installations."""
    one, other = SecretStr("one"), SecretStr("other")

    assert 4 == len({keyed(one, "a", "x"), keyed(one, "b", "x"), keyed(other, "a", "x"), keyed(one, "a", "x", "")})
    assert pseudonym(one, "maria") == pseudonym(one, "maria")


def test_a_correlation_is_bound_for_what_runs_inside() -> None:
    """Inside, everything has the same id; outside, it is gone."""
    with correlated("abc"):
        inside = current_correlation()

    assert ("abc", True) == (inside, current_correlation() != "abc")


def test_a_log_line_is_a_name_and_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is JSON with the event's name, its fields and the correlation; lesser levels say nothing."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written))
    start_logging("info")
    log = structlog.get_logger()

    with correlated("abc"):
        log.debug("nobody.sees")
        log.info("event.folded", position=7)
    structlog.reset_defaults()

    line = orjson.loads(written.getvalue())
    assert ("event.folded", 7, "abc", "info") == (line["event"], line["position"], line["correlation"], line["level"])


async def test_a_sweep_that_fails_is_tried_again() -> None:
    """One failing turn stops neither the sweep nor its neighbours."""
    turns: list[str] = []

    async def fails() -> None:
        turns.append("failing")
        raise ValueError("not today")

    async def works() -> None:
        turns.append("working")

    sweeping = asyncio.create_task(keep_sweeping([Sweep("a", 0.001, fails), Sweep("b", 0.001, works)]))
    async with asyncio.timeout(60):
        while turns.count("failing") < 3 or turns.count("working") < 3:
            await asyncio.sleep(0.001)
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping

    assert {"failing", "working"} == set(turns)
