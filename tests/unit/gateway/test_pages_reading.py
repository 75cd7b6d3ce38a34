"""Pages that are read: both languages, marks, privacy words, caching, errors."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.gateway.pages import Json
from tests.browser.fixtures import FakeBackend
from tests.unit.gateway.pages_client import PLAN, SURVEY, pages_client

PAGES = (
    "/",
    "/surveys",
    SURVEY,
    f"{SURVEY}/results",
    f"{SURVEY}/results?by=age",
    f"{SURVEY}/results?weighted=false",
    "/withdraw",
    "/plans",
    PLAN,
    f"{PLAN}?open=",
    f"{PLAN}?as_of=2019-06-30",
    f"{PLAN}/evidence/o1",
    "/indicators/satisfied_roads",
    "/indicators/population",
    "/signin",
    "/help",
    "/privacy",
    "/accessibility",
)
WITHOUT_ENGLISH = re.compile(r'<(\w+)[^>]* lang="bg"[^>]*>.*?</\1>', re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
async def test_an_english_page_speaks_english(tmp_path: Path, page: str) -> None:
    """No Cyrillic stands on an English page outside of what is marked as Bulgarian."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/en" + page.removesuffix("/") if page == "/" else "/en" + page)

    text = WITHOUT_ENGLISH.sub("", shown.text)
    assert (200, []) == (shown.status_code, re.findall(r"[А-Яа-я][^<]{0,40}", text))


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_keeps_the_content_policy(tmp_path: Path, page: str) -> None:
    """No inline script, no style attribute, no style element: the policy allows none."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)

    assert [] == re.findall(r'<style|<script(?! src=)|\sstyle="|\son\w+="|javascript:', shown.text)


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_has_one_head_and_a_title_of_its_own(tmp_path: Path, page: str) -> None:
    """One h1, and the title starts with what the page is."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)

    assert (1, False) == (shown.text.count("<h1"), "<title> –" in shown.text)


@pytest.mark.parametrize("page", ["/", "/plans", PLAN, f"{PLAN}/evidence/o1", "/indicators/satisfied_roads"])
async def test_reconstructed_data_is_marked(tmp_path: Path, page: str) -> None:
    """Each page that shows reconstructed figures says so."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)

    assert re.search("(?i)възстановени данни|възстановено", shown.text)


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/surveys",
        SURVEY,
        f"{SURVEY}/results",
        PLAN,
        f"{PLAN}?open=o3,o3.p1,o3.p1.m1",
        "/indicators/satisfied_roads",
    ],
)
async def test_example_answers_are_marked(tmp_path: Path, page: str) -> None:
    """Each page that shows the example survey says so."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)

    assert re.search("(?i)примерни", shown.text)


async def test_hidden_figures_say_why(tmp_path: Path) -> None:
    """What too few people answered shows the privacy words instead of a bar."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{SURVEY}/results")

    assert "скрито поради малък брой" in shown.text


async def test_results_are_cut_only_by_what_the_survey_is_weighted_to(tmp_path: Path) -> None:
    """Another question in the address is not asked of the service."""
    asked: list[str] = []

    class Listening(FakeBackend):
        async def get(self, request: Any, path: str) -> Json | None:
            asked.append(path)
            return await super().get(request, path)

    async with pages_client(tmp_path, Listening()) as client:
        await client.get(f"{SURVEY}/results?by=roads")

    assert f"{SURVEY}/results" in asked


async def test_a_public_page_may_be_kept(tmp_path: Path) -> None:
    """A page without a form is the same for all."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/help")

    assert shown.headers["cache-control"] == "public, max-age=0, must-revalidate"


async def test_a_page_with_a_form_is_kept_by_nobody(tmp_path: Path) -> None:
    """A token belongs to one reader."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(SURVEY)

    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("page", "encoding"), [("/help", "gzip"), (SURVEY, None)])
async def test_only_pages_without_a_token_are_packed(tmp_path: Path, page: str, encoding: str | None) -> None:
    """The size of a packed page would help to guess the token in it."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page, headers={"accept-encoding": "gzip"})

    assert encoding == shown.headers.get("content-encoding")


async def test_the_tree_opens_by_its_address(tmp_path: Path) -> None:
    """A branch that the address names is open and can be closed again."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{PLAN}?open=o1,o1.p1")

    parts = ('id="n-o1.p1.m1"', f'href="{PLAN}?open=o1#n-o1.p1"', 'aria-expanded="true"')
    assert [True] * 3 == [part in shown.text for part in parts]


async def test_a_day_in_the_address_is_kept_by_the_tree(tmp_path: Path) -> None:
    """Opening a branch stays on the day that is looked at, and such a page does not move."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(f"{PLAN}?as_of=2019-06-30")

    assert (True, False) == ("&amp;as_of=2019-06-30" in shown.text, "sse-connect" in shown.text)


@pytest.mark.parametrize("page", ["/surveys/none", "/plan/none", "/indicators/none", "/surveys/all-kinds/answer/x/1"])
async def test_what_is_not_there_is_a_page_of_its_own(tmp_path: Path, page: str) -> None:
    """A 404 says what to do."""
    async with pages_client(tmp_path) as client:
        shown = await client.get(page)

    assert (404, True) == (shown.status_code, "Към началото" in shown.text)


async def test_results_that_are_not_out_yet_are_told(tmp_path: Path) -> None:
    """A survey without public results has a page, without figures."""
    async with pages_client(tmp_path) as client:
        shown = await client.get("/surveys/all-kinds/results")

    assert (200, True) == (shown.status_code, "Още няма резултати" in shown.text)


async def test_script_in_a_text_is_inert(tmp_path: Path) -> None:
    """What somebody wrote into a title comes out as text, in pages and in charts."""
    backend = FakeBackend()
    bad = "<script>alert(1)</script>\"'>"
    backend.surveys["vision-2020"]["title"] = {"bg": bad}
    backend.surveys["vision-2020"]["pages"][1]["questions"][0]["text"] = {"bg": bad}
    backend.surveys["vision-2020"]["pages"][0]["questions"][1]["choices"][0]["text"] = {"bg": bad}
    async with pages_client(tmp_path, backend) as client:
        shown = await client.get(f"{SURVEY}/results")

    assert (200, False) == (shown.status_code, "<script>alert" in shown.text)
