"""Style and script: small, named by their content, kept forever."""

import gzip
import re
from pathlib import Path

import pytest

from services.gateway.pages.assets import STATIC, Assets, tightened
from tests.unit.gateway.pages_client import PLAN, SURVEY, pages_client

MOST_OF_A_FIRST_PAGE = 40_000
MOST_OF_A_PAGE = 100_000


async def test_a_file_is_kept_forever(tmp_path: Path) -> None:
    """Its name changes with its content."""
    async with pages_client(tmp_path) as client:
        reply = await client.get(Assets(tmp_path).url("site"))

    assert (200, "public, max-age=31536000, immutable") == (reply.status_code, reply.headers["cache-control"])


async def test_a_browser_without_gzip_gets_it_plain(tmp_path: Path) -> None:
    """Packed and plain hold the same."""
    url = Assets(tmp_path).url("live")
    async with pages_client(tmp_path) as client:
        plain = await client.get(url, headers={"accept-encoding": "identity"})
        packed = await client.get(url, headers={"accept-encoding": "gzip"})

    assert (plain.content, "gzip") == (packed.content, packed.headers["content-encoding"])


async def test_an_unknown_file_is_not_there(tmp_path: Path) -> None:
    """Only what was made is served."""
    async with pages_client(tmp_path) as client:
        reply = await client.get("/static/other.css")

    assert reply.status_code == 404


def test_files_lie_in_the_cache_with_a_packed_copy(tmp_path: Path) -> None:
    """A proxy may serve them from there."""
    name = Assets(tmp_path).url("mark").rpartition("/")[2]
    folder = tmp_path / "assets"

    assert (folder / name).read_bytes() == gzip.decompress((folder / f"{name}.gz").read_bytes())


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/", MOST_OF_A_FIRST_PAGE),
        (SURVEY, MOST_OF_A_FIRST_PAGE),
        (f"{SURVEY}/results", MOST_OF_A_PAGE),
        (PLAN, MOST_OF_A_PAGE),
    ],
)
async def test_a_page_is_light(tmp_path: Path, page: str, most: int) -> None:
    """Page, style and script together stay under their limit, gzipped."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)
        linked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', shown.text))
        sizes = [len(gzip.compress((await client.get(url)).content)) for url in linked]

    assert len(gzip.compress(shown.content)) + sum(sizes) <= most


def test_our_own_script_is_small() -> None:
    """At most 3 kB are ours."""
    assert (STATIC / "live.js").stat().st_size <= 3_000


def test_comments_stay_at_home() -> None:
    """A style sheet is served without what is for its authors."""
    assert tightened("/* why */\n  a { color: red; }\n\n") == "a { color: red; }"
