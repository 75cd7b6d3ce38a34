"""A citizen's way through the real installation, and what it moves, seen in the browser."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import ROOT, Process, ask, load, settle
from tests.system.test_the_loop import an_answer

SURVEY = "/surveys/vision-2020"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A running installation with Balchik's plan and open survey."""
    process = Process(tmp_path_factory.mktemp("journey") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        process.start()
        with process.owner() as owner:
            load(owner)
        yield process
        process.stop()


@pytest.fixture
def address(town: Process) -> str:
    return f"http://127.0.0.1:{town.port}"


def responses(town: Process) -> int:
    with town.owner() as owner:
        settle(owner)
        return int(ask(owner, "GET", f"{SURVEY}/results")["responses"])


def give(address: str, first: int, last: int, roads: int = 4) -> None:
    with httpx.Client(base_url=f"{address}/api/v1") as client:
        for number in range(first, last):
            ask(client, "PUT", f"{SURVEY}/responses/{number:024d}", an_answer(number, roads))


def fill_in(page: Page) -> None:
    """Answer what is on the page as somebody in a hurry: the first of everything."""
    for select in page.locator("form#answers select").all():
        options = [option.get_attribute("value") for option in select.locator("option").all()]
        taken = {other.input_value() for other in page.locator("form#answers select").all()}
        select.select_option(next(value for value in options if value and value not in taken))
    names = {radio.get_attribute("name") for radio in page.locator("form#answers input[type=radio]").all()}
    for name in sorted(name for name in names if name):
        page.locator(f"form#answers input[name='{name}']").nth(3 if name in SCALES else 0).check(force=True)


SCALES = {"roads", "water", "cleanliness", "employment", "influence"}


@pytest.mark.browser
def test_a_citizen_answers_on_a_small_phone_without_javascript(browser: Browser, town: Process, address: str) -> None:
    """From the poster's address to the receipt and back: four pages, a check, one response; withdrawn, it is none."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="bg-BG")
    page = context.new_page()
    before = responses(town)

    page.goto(address + SURVEY)
    page.get_by_role("button", name="Започнете").click()
    for _ in range(4):
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        fill_in(page)
        page.get_by_role("button", name="Напред").click()
    page.get_by_role("button", name="Изпрати").click()
    receipt = page.locator(".receipt").first.inner_text().strip()
    given = responses(town)
    page.goto(f"{address}/withdraw")
    page.locator("input[name=receipt]").fill(receipt)
    page.get_by_role("button", name="Оттегли").click()
    context.close()

    assert (before + 1, before) == (given, responses(town))


@pytest.mark.browser
def test_a_step_reaches_every_open_page_by_itself(browser: Browser, town: Process, address: str) -> None:
    """Results and plan lie open; the response that completes a step moves both, without a reload."""
    give(address, 100, 131)
    with town.owner() as owner:
        settle(owner)
    context = browser.new_context(locale="bg-BG")
    results, plan = context.new_page(), context.new_page()
    results.goto(f"{address}{SURVEY}/results")
    plan.goto(f"{address}/plan/balchik-2014-2020")
    for page in (results, plan):
        page.evaluate("window.untouched = true")
    answered, published = figures(results), figures(plan)

    give(address, 200, 212, roads=1)

    expect(results.locator("#figures")).not_to_have_text(answered, timeout=60_000)
    expect(plan.locator("#figures")).not_to_have_text(published, timeout=60_000)
    assert [True, True] == [page.evaluate("window.untouched") for page in (results, plan)]
    context.close()


def figures(page: Page) -> str:
    return str(page.locator("#figures").text_content())
