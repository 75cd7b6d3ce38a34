"""Pictures of pages to look at: `python -m tests.browser.shots --url URL --out DIR`.

Every page in both languages, light and dark, at 320, 768 and 1280 px; names say which: plan-en-dark-320.png.
"""

import argparse
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SURVEY, PLAN = "vision-2020", "balchik-2014-2020"
PAGES = {
    "home": "/",
    "surveys": "/surveys",
    "start": f"/surveys/{SURVEY}",
    "results": f"/surveys/{SURVEY}/results",
    "cut": f"/surveys/{SURVEY}/results?by=age",
    "plans": "/plans",
    "plan": f"/plan/{PLAN}",
    "evidence": f"/plan/{PLAN}/evidence/o1",
    "indicator": "/indicators/satisfied_roads",
    "signin": "/signin",
    "withdraw": "/withdraw",
    "help": "/help",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "lost": "/nowhere",
}
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
PREFIXES = {"bg": "", "en": "/en"}


def show(page: Page, url: str, prefix: str, name: str) -> None:
    """Go to a page by its name; „answer“, „fault“ and „check“ begin the survey first."""
    if name in PAGES:
        page.goto(url + prefix + PAGES[name])
        return
    page.goto(f"{url}{prefix}/surveys/{SURVEY}")
    page.locator("main form button").last.click()
    if name != "fault":
        page.select_option("#settlement", index=1)
        page.locator("#q-age .choice").nth(1).click()
    page.locator("button[value=on]").click()
    while name == "check" and page.locator("button[value=on]").count():
        page.locator("button[value=on]").click()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[], help="names of pages; all without it")
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    parser.add_argument("--schemes", nargs="*", default=SCHEMES)
    parser.add_argument("--languages", nargs="*", default=list(PREFIXES))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language, scheme, width in product(asked.languages, asked.schemes, asked.widths):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            for name in asked.only or [*PAGES, "answer", "fault", "check"]:
                show(page, asked.url, PREFIXES[language], name)
                page.screenshot(path=asked.out / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
