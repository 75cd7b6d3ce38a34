"""Pages that are kept for a moment for strangers."""

from typing import Any

import pytest

from services.gateway.kept_pages import KEPT_S, MOST_PAGES, KeptPages, Key, Recorder

HOME = Key("/", b"", packed=False)


class Steady:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def answered(*headers: tuple[bytes, bytes], status: int = 200, body: bytes = b"<html>") -> Recorder:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    recorder = Recorder(send)
    await recorder.send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await recorder.send({"type": "http.response.body", "body": body})
    assert sent == recorder.messages
    return recorder


async def test_a_page_is_shown_again_for_a_moment_only() -> None:
    """Within a quarter of a second the same bytes are shown again, afterwards the page is made anew."""
    ticks = Steady()
    pages = KeptPages(ticks)
    pages.keep(HOME, await answered(), "route")

    ticks.now += KEPT_S * 0.9
    shown = pages.find(HOME)
    ticks.now += KEPT_S

    assert shown is not None
    assert (b"<html>", "route", None) == (shown.messages[1]["body"], shown.route, pages.find(HOME))


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ([(b"cache-control", b"no-store")], 200, b"a form"),
        ([(b"set-cookie", b"a=b")], 200, b"somebody's"),
        ([], 404, b"not there"),
        ([], 200, bytes(600_000)),
    ],
    ids=["a form", "a cookie", "an error", "a huge page"],
)
async def test_what_is_not_for_everybody_is_not_kept(
    headers: list[tuple[bytes, bytes]], status: int, body: bytes
) -> None:
    """P-66: pages of one reader, errors and huge answers are made anew each time."""
    pages = KeptPages(Steady())

    pages.keep(HOME, await answered(*headers, status=status, body=body), None)

    assert pages.find(HOME) is None


async def test_other_addresses_are_other_pages() -> None:
    """Query and packing tell pages apart."""
    pages = KeptPages(Steady())
    pages.keep(HOME, await answered(), None)

    assert [None, None] == [pages.find(HOME._replace(query=b"x=1")), pages.find(HOME._replace(packed=True))]


async def test_only_so_many_pages_are_kept() -> None:
    """Whoever asks for many addresses pushes out older pages and fills no memory."""
    pages = KeptPages(Steady())
    for number in range(MOST_PAGES + 1):
        pages.keep(HOME._replace(query=b"%d" % number), await answered(), None)

    assert (None, True) == (pages.find(HOME._replace(query=b"0")), pages.find(HOME._replace(query=b"1")) is not None)
