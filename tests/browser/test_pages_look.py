"""How pages look and read in a real browser: accessible at every width, in both themes and languages."""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import Served
from tests.browser.shots import PAGES, PREFIXES, SCHEMES, show

pytestmark = pytest.mark.browser

LOOKS = list(product(SCHEMES, (320, 1280), PREFIXES))
SHIFT_AT_MOST = 0.02


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS)
def test_axe_finds_nothing(browser: Browser, served: Served, scheme: str, width: int, language: str) -> None:
    """Every page passes axe, and none scrolls sideways."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # one of the literals
    page = context.new_page()
    found = []
    for name in (*PAGES, "answer", "fault", "check"):
        show(page, served.url, PREFIXES[language], name)
        faults = [violation["id"] for violation in Axe().run(page).response["violations"]]
        sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found += [(name, faults, sideways)] if faults or sideways else []
    context.close()

    assert [] == found


@pytest.mark.parametrize("width", [320, 1280])
def test_a_bar_is_as_long_as_its_share(browser: Browser, served: Served, width: int) -> None:
    """At every width the filled part of a bar is the share beside it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(served.url)
    lengths = page.evaluate(
        """[...document.querySelectorAll('.barred')].map(b => [
            b.querySelector('.done').getBoundingClientRect().width
                / b.querySelector('.bar').getBoundingClientRect().width,
            parseInt(b.querySelector('.of b').textContent) / 100])"""
    )
    page.close()

    assert [pytest.approx(share, abs=0.02) for _, share in lengths] == [length for length, _ in lengths]


@pytest.mark.parametrize("width", [375, 768, 1024])
def test_no_page_scrolls_sideways(browser: Browser, served: Served, width: int) -> None:
    """Between a phone and a desk everything fits, too."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    wider = []
    for name in (*PAGES, "answer"):
        show(page, served.url, "", name)
        wider += [name] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
    page.close()

    assert [] == wider


@pytest.mark.parametrize("name", ["home", "plan", "results", "answer"])
def test_text_spaced_out_stays_readable(browser: Browser, served: Served, name: str) -> None:
    """With WCAG's text spacing at 320 px nothing is pushed out of the page."""
    context = browser.new_context(viewport={"width": 320, "height": 900}, bypass_csp=True)
    page = context.new_page()
    show(page, served.url, "", name)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    )
    wider_by = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()

    assert wider_by <= 0


@pytest.mark.parametrize("name", ["home", "plan", "results", "indicator", "answer"])
def test_controls_are_big_enough(browser: Browser, served: Served, name: str) -> None:
    """On a phone every control outside of running text is at least 24 px high and wide, or stands clear."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    show(page, served.url, "", name)
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, summary, input:not([type=hidden]), .button, .item, .twist')]
        .filter(e => e.offsetParent && (e.offsetHeight < 24 || e.offsetWidth < 24))
        .map(e => e.outerHTML.slice(0, 80))"""
    )
    context.close()

    assert [] == small


def test_the_whole_way_works_with_the_keyboard(browser: Browser, served: Served) -> None:
    """The first Tab reaches the link past the menu, and it is seen."""
    page = browser.new_page()
    page.goto(served.url)
    page.keyboard.press("Tab")
    place = page.locator(":focus").bounding_box()
    said = page.locator(":focus").inner_text()
    page.close()

    assert ("Към съдържанието", True) == (said, place is not None and place["y"] >= 0)


def test_only_our_own_origin_is_asked(browser: Browser, served: Served) -> None:
    """No third party, at most five requests with the live connection."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.url)
    page.wait_for_function("window.htmx !== undefined")
    page.close()

    assert (True, True) == (all(url.startswith(served.url) for url in asked), len(asked) <= 5)
