"""What moves on a page that somebody looks at, and what stays."""

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Served
from tests.browser.shots import SURVEY

pytestmark = pytest.mark.browser

RESULTS = f"/surveys/{SURVEY}/results"


def _send_one(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        begun = client.post(f"/surveys/{SURVEY}", data={"csrf": "a-token"}).headers["location"]
        client.post(begun[:-1] + "check", data={"csrf": "a-token"})


def test_results_move_by_themselves(browser: Browser, served: Served) -> None:
    """A response that is sent elsewhere is counted on the open page within a second."""
    page = browser.new_page()
    page.goto(served.url + RESULTS)
    expect(page.locator(".facts dd").first).to_have_text("1\u00a0204")
    page.wait_for_timeout(300)
    _send_one(served)

    expect(page.locator(".facts dd").first).to_have_text("1\u00a0205", timeout=30_000)
    page.close()


def test_a_table_that_is_open_stays_open(browser: Browser, served: Served) -> None:
    """What the reader has opened is open after the page moved."""
    page = browser.new_page()
    page.goto(served.url + RESULTS)
    page.locator("#t-age > summary").click()
    page.wait_for_timeout(300)
    _send_one(served)
    expect(page.locator(".facts dd").first).to_have_text("1\u00a0205", timeout=30_000)

    expect(page.locator("#t-age")).to_have_attribute("open", "")
    page.close()


def test_a_branch_opens_without_leaving_the_page(browser: Browser, served: Served) -> None:
    """The twist swaps the tree, keeps the focus and puts the open branches into the address."""
    page = browser.new_page()
    page.goto(f"{served.url}/plan/balchik-2014-2020?open=")
    page.locator("#t-o1").press("Enter")
    expect(page.locator("#n-o1\\.p1")).to_be_visible()

    focused = page.evaluate("document.activeElement.id")
    address = page.url
    page.close()
    assert ("t-o1", True) == (focused, "open=o1" in address)


def test_an_open_branch_stays_open(browser: Browser, served: Served) -> None:
    """When the evaluation moves, the tree keeps what the reader opened meanwhile."""
    page = browser.new_page()
    page.goto(f"{served.url}/plan/balchik-2014-2020?open=")
    page.locator("#t-o1").click()
    expect(page.locator("#n-o1\\.p1")).to_be_visible()
    page.wait_for_timeout(300)
    with page.expect_response(lambda reply: "/plan/" in reply.url):
        _send_one(served)
    page.wait_for_timeout(300)

    expect(page.locator("#n-o1\\.p1")).to_be_visible()
    page.close()


def test_a_lost_connection_is_told(browser: Browser, served: Served) -> None:
    """When the stream breaks, the mark says from when the figures are."""
    page = browser.new_page()
    page.route("**/api/v1/live**", lambda route: route.abort())
    page.goto(served.url + RESULTS)

    expect(page.locator(".live-off")).to_contain_text("Връзката прекъсна")
    page.close()


def test_a_change_asks_what_it_makes_relevant(browser: Browser, served: Served) -> None:
    """With scripts the conditional question appears at once, in the same place."""
    page = browser.new_page()
    page.goto(f"{served.url}/surveys/all-kinds")
    page.locator("main form button").last.click()
    page.locator("label", has_text="Автобус").click()

    expect(page.locator("#q-why")).to_be_visible()
    page.close()
