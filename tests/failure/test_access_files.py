"""Addresses that people write, and files that they send and take: nothing is fetched, content decides, rights hold."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xlsxwriter

from tests.failure.access_town import PLAN, ROADS, SURVEY, WATER, Json, Peopled, a_filled_town, answers_with
from tests.failure.test_access_forgery import real
from tests.system.test_access import FOR_ALL


@dataclass
class Trap:
    """A listener that nobody has a reason to call, and the names that were looked up meanwhile."""

    port: int
    called: list[str] = field(default_factory=list)
    rang: threading.Event = field(default_factory=threading.Event)

    def hear(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.called.append("a connection")
            self.rang.set()
            connection.close()


@contextmanager
def a_trap(patch: pytest.MonkeyPatch) -> Iterator[Trap]:
    look_up = socket.getaddrinfo
    with socket.create_server(("127.0.0.1", 0)) as listener:
        trap = Trap(listener.getsockname()[1])

        def noted(host: object, *more: object, **named: object) -> object:
            if "trap" in str(host):
                trap.called.append(f"looked up {host!r}")
            return look_up(host, *more, **named)  # type: ignore[arg-type]  # as it was called

        patch.setattr(socket, "getaddrinfo", noted)
        hearing = threading.Thread(target=trap.hear, args=(listener,), daemon=True)
        hearing.start()
        yield trap
        listener.shutdown(socket.SHUT_RDWR)
        hearing.join(60)


def _workbook(url: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("values")
        sheet.write_row(0, 0, ["indicator", "period", "value", "source"])
        sheet.write_row(1, 0, [ROADS, "2022", 1])
        sheet.write_url(1, 3, url if url.startswith("http") else f"external:{url}", string=url)
        sheet.write_formula(2, 3, f'=WEBSERVICE("{url}")')
    return out.getvalue()


@pytest.mark.parametrize("kind", ["http://127.0.0.1:{port}/x", "http://trap.invalid:{port}/x", "//127.0.0.1:{port}/x"])
async def test_an_address_that_somebody_writes_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """P-63: an address in any text, file, cell or header makes the server call nobody and look nobody up."""
    with a_trap(monkeypatch) as trap:
        url = kind.format(port=trap.port)
        async with a_filled_town(tmp_path / "data", url) as peopled:
            await _write_everywhere(peopled, url)
            await _read_everything(peopled, url)
            await peopled.town.settle()
        before = list(trap.called)
        with socket.create_connection(("127.0.0.1", trap.port)):
            assert trap.rang.wait(60)

    assert ([], ["a connection"]) == (before, trap.called)


async def _write_everywhere(peopled: Peopled, url: str) -> None:
    officer, expert, town = peopled.people["officer"], peopled.people["expert"], peopled.town
    value: Json = {"value": 4, "source": url, "note": url, "disaggregation": {url[:20]: {url[:20]: 1}}}
    value |= {"evidence": url} if url.startswith("http") else {}
    await officer.program(peopled, "PUT", f"/indicators/{ROADS}/values/2023", value)
    files = [_workbook(url), f"indicator,period,value,source\n{ROADS},2021,1,{url}\n".encode()]
    for content in files:
        for path in (
            f"/values/import?name={url}",
            f"/surveys/{SURVEY}/responses/import?name={url}",
            f"/plans/{PLAN}/import",
        ):
            await town.public.post(path, content=content, headers=expert.bearer)
    await town.operator.patch(f"/users/{officer.user}", json={"display_name": url})
    await town.operator.post("/tokens", json={"roles": ["expert"], "purpose": url})
    await town.public.put(f"/surveys/{SURVEY}/drafts/{'d' * 30}", json={"answers": answers_with(url)})
    await town.public.post("/surveys/import?format=" + url, json={"$ref": url, "$schema": url}, headers=expert.bearer)


async def _read_everything(peopled: Peopled, url: str) -> None:
    headers = {"referer": url, "origin": url, "x-forwarded-host": url, "forwarded": f"host={url}", "from": url}
    headers |= {"x-original-url": url, "x-rewrite-url": url, "traceparent": url, "x-correlation-id": url}
    for page in FOR_ALL:
        address = real(page)
        for someone in (peopled.people["officer"], peopled.people["expert"]):
            await someone.browser.get(address, headers=headers)
    for path in (f"/plans/{PLAN}/template.xlsx", f"/plans/{PLAN}/values.csv", f"/surveys/{SURVEY}/responses.xlsx"):
        await peopled.people["expert"].program(peopled, "GET", path)


def _values_csv(source: str = "x", period: str = "2022") -> bytes:
    return f"indicator,period,value,source\n{ROADS},{period},1,{source}\n".encode()


def _values_xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["indicator", "period", "value", "source"])
        sheet.write_row(1, 0, [ROADS, "2022", 1, "x"])
    return out.getvalue()


async def test_content_decides_what_a_file_is(tmp_path: Path) -> None:
    """P-64: name and declared type of a file change nothing: what is a table is read, anything else is refused."""
    others = (
        b"<html><script>x</script>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"MZ\x90\x00",
        b"PK\x03\x04junk",
        b"\xff\xd8\xff",
    )
    named = [
        (name, kind)
        for name in ("v.csv", "v.xlsx", "v.html", "../../v", "v.csv\x00.exe")
        for kind in ("text/html", "image/png", "application/zip")
    ]
    async with a_filled_town(tmp_path / "data") as peopled:
        expert = peopled.people["expert"]
        statuses: dict[str, set[int]] = {}
        for what, content in (
            ("table", _values_csv()),
            ("book", _values_xlsx()),
            *((f"other {each[:4]!r}", each) for each in others),
        ):
            for name, kind in named:
                reply = await peopled.town.public.post(
                    "/values/import",
                    params={"name": name, "dry_run": "true"},
                    content=content,
                    headers={"content-type": kind, **expert.bearer},
                )
                statuses.setdefault(what.partition(" ")[0], set()).add(reply.status_code)

    assert {"table": {200}, "book": {200}, "other": {422}} == statuses


DOWNLOADS = (
    (f"/surveys/{SURVEY}/responses.csv", "text/csv; charset=utf-8"),
    (f"/surveys/{SURVEY}/responses.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (f"/plans/{PLAN}/template.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (f"/plans/{PLAN}/values.csv", "text/csv; charset=utf-8"),
)


async def test_a_file_is_served_to_be_saved_and_rights_are_asked_each_time(tmp_path: Path) -> None:
    """P-64: a download is an attachment of its own type, never sniffed, and refused as soon as the right is gone."""
    async with a_filled_town(tmp_path / "data", "<script>alert(1)</script>") as peopled:
        expert, town = peopled.people["expert"], peopled.town
        replies = [(await expert.program(peopled, "GET", path)) for path, _ in DOWNLOADS]
        await town.operator.patch(f"/users/{expert.user}", json={"roles": ["citizen"]})
        headers = [{"if-none-match": reply.headers.get("etag", "*"), "range": "bytes=0-9"} for reply in replies]
        later = [
            (await town.public.get(path, headers=more | expert.bearer)).status_code
            for (path, _), more in zip(DOWNLOADS, headers, strict=True)
        ]

    assert [kind for _, kind in DOWNLOADS] == [reply.headers["content-type"] for reply in replies]
    assert all(reply.headers["content-disposition"].startswith('attachment; filename="') for reply in replies)
    assert {"nosniff"} == {reply.headers["x-content-type-options"] for reply in replies}
    assert [403, 403, 403, 200] == later


async def test_a_files_name_stays_a_name(tmp_path: Path) -> None:
    """P-64: no plan's or file's name breaks out of a download's header or reaches a file of ours."""
    names = ('x"; filename="evil.html', "x\r\nset-cookie: a=b", "../../etc/passwd", "%2e%2e%2fkey", "ключ", "a" * 300)
    async with a_filled_town(tmp_path / "data") as peopled:
        expert = peopled.people["expert"]
        shown = []
        for name in names:
            reply = await peopled.town.public.get(f"/plans/{_encoded(name)}/template.xlsx", headers=expert.bearer)
            shown.append(
                (reply.status_code, reply.headers.get("content-disposition", ""), "set-cookie" in reply.headers)
            )
        await expert.program(peopled, "PUT", f"/indicators/{WATER}/values/2023", {"value": 1, "source": "x"})

    assert not any(cookie for _, _, cookie in shown)
    assert all(disposition.count('"') in {0, 2} and "/" not in disposition for _, disposition, _ in shown)
    assert {200, 404, 422} >= {status for status, _, _ in shown}


def _encoded(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())
