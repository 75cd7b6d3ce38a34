"""A citizen answers the survey on a small phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.fixtures import RECEIPT
from tests.browser.shots import SURVEY

pytestmark = pytest.mark.browser

NEXT = "button[value=on]"


def _answer_all(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/surveys/{SURVEY}")
    page.locator("main form button").last.click()
    page.select_option("#settlement", "02508")
    page.locator("label.choice", has_text="30–44").click()
    page.click(NEXT)
    page.locator("#q-roads .scale label").nth(3).click()
    page.locator("#q-influence .scale label").nth(1).click()
    page.click(NEXT)
    page.locator("label.choice", has_text="Отговор на всяко предложение").click()
    page.click(NEXT)
    page.locator("label.choice", has_text="младите").click()
    page.select_option("#priorities", index=2)
    page.fill("#idea", "Автобус до Соколово")
    page.click(NEXT)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answering_takes_a_few_taps(browser: Browser, served: Served, *, scripts: bool) -> None:
    """From the start to the receipt at 320 px, with JavaScript and without."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=scripts)
    page = context.new_page()
    _answer_all(page, served)
    expect(page.locator("dl.answers")).to_contain_text("Автобус до Соколово")
    page.locator("main form button").click()
    expect(page.locator(".receipt")).to_have_text(RECEIPT)
    context.close()

    sent = next(iter(served.backend.responses.values()))["answers"]
    assert {
        "settlement": "02508",
        "age": "30_44",
        "roads": 4,
        "influence": 2,
        "heard": ["answers"],
        "vision": "young",
        "priorities": ["water"],
        "idea": "Автобус до Соколово",
    } == sent


def test_a_fault_takes_the_focus(browser: Browser, served: Served) -> None:
    """The summary of faults is focused, its link leads to the control."""
    page = browser.new_page()
    page.goto(f"{served.url}/surveys/{SURVEY}")
    page.locator("main form button").last.click()
    page.click(NEXT)
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()

    expect(page.locator("#settlement")).to_be_focused()
    page.close()
