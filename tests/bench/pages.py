"""What a page costs its reader and us: `python -m tests.bench.pages [--readers 50] [--seconds 3] [--json]`.

With the demo's data loaded, readers take one page again and again, packed as browsers take it; beside it the same bytes
come from memory through the same server, which is the most that any program could do. A page's weight is its own,
packed, and with all that it fetches at the first visit.
"""

import argparse
import re
from gzip import compress

import httpx

from shared.language import Text
from tests.bench.measures import Measure, Yardstick, alone, at_most, beside, tell
from tests.bench.standing import Ours, import_rows, ours, raw, run_json, until_quiet

BENCH = "pages"
PAGES = {
    "/": Text(bg="начало", en="home"),
    "/surveys/vision-2020/results": Text(bg="резултати", en="results"),
    "/plan/balchik-2014-2020": Text(bg="оценка", en="evaluation"),
}
FETCHED = re.compile(r"""<(?:link|script)\b[^>]*?(?:href|src)="(/static/[^"]+)\"""")
FIRST_KB, ANY_KB, REQUESTS = 40.0, 100.0, 5
BYTES = Text(bg="същите байтове от паметта", en="the same bytes from memory")


def weighed(http: httpx.Client, path: str) -> tuple[bytes, float, int]:
    """A page as it comes, packed; how many kB it is with what it fetches, and in how many requests."""
    page = http.get(path).raise_for_status()
    with http.stream("GET", path) as reply:
        packed = b"".join(reply.iter_raw())
        if reply.headers.get("content-encoding") != "gzip":
            packed = compress(packed)
    fetched = set(FETCHED.findall(page.text))
    sizes = [len(packed), *(_size(http, each) for each in fetched)]
    return packed, sum(sizes) / 1000, len(sizes)


def _size(http: httpx.Client, path: str) -> int:
    with http.stream("GET", path) as reply:
        return sum(len(piece) for piece in reply.iter_raw())


def read(port: int, path: str, readers: int, seconds: float) -> dict[str, float]:
    """Let readers read. Raises RuntimeError if any is refused."""
    told: dict[str, float] = run_json(
        "flood", port, "--page", path, "--clients", readers, "--seconds", seconds, "--warm", 0.5
    )
    if told["refused"]:
        raise RuntimeError(f"{path}: {told}")
    return told


def measured(readers: int = 50, seconds: float = 3, given: int = 1_200) -> list[Measure]:
    """Run the bench."""
    with ours() as running, httpx.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=60) as http:
        import_rows(running, given)
        until_quiet(running, 300)
        return [measure for page in PAGES for measure in _page(running, http, page, (readers, seconds))]


def _page(running: Ours, http: httpx.Client, path: str, load: tuple[int, float]) -> list[Measure]:
    packed, kb, requests = weighed(http, path)
    mine = read(running.port, path, *load)
    with raw("page", packed) as memory:
        other = read(memory.port, path, *load)
    name, readers = PAGES[path], load[0]

    def called(bg: str, en: str) -> Text:
        return Text(bg=f"{name.bg}: {bg}", en=f"{name.en}: {en}")

    rate = called(f"при {readers} читатели", f"under {readers} readers")
    return [
        beside(BENCH, rate, "1/s", [mine["per_second"]], Yardstick(BYTES, [other["per_second"]])),
        beside(BENCH, called("p99", "p99"), "ms", [mine["p99_ms"]], Yardstick(BYTES, [other["p99_ms"]])),
        alone(BENCH, called("самата страница, gzip", "the page itself, gzip"), len(packed) / 1000, "kB"),
        at_most(
            BENCH, called("с всичко към нея", "with all it fetches"), kb, "kB", FIRST_KB if path == "/" else ANY_KB
        ),
        at_most(BENCH, called("заявки", "requests"), requests, "", REQUESTS),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readers", type=int, default=50)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    tell(measured(given.readers, given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
