"""Workbooks made to do harm: refused in bounded time and memory, and the service goes on."""

import resource
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.monitoring.tables.workbook import read_workbook
from shared.errors import TooLarge
from shared.spreadsheets import CHILD_TIMEOUT_S
from shared.tables import read_table
from shared.tables_child import MEMORY_BYTES
from tests.failure.bombs import BLUFFS, BOMBS, BOOK, HEAD, LINKS, SHEET, STRINGS, STYLES, packed, parts
from tests.failure.bringing import PLAN, RESPONSES, VALUES, bring, kept
from tests.system.conftest import Town, a_town, load_balchik

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLACK = 5
REFUSED = {413, 422}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("workbooks"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        yield opened


def resident_bytes() -> int:
    """The memory that this process, which is also the service, holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_is_refused_and_the_service_lives(town: Town, bomb: str) -> None:
    """P-42: a workbook that unpacks to more than there is room for is refused, in seconds and little memory."""
    data = BOMBS[bomb]()
    before, memory, begun = await kept(town), resident_bytes(), time.monotonic()
    statuses = [(await bring(town, path, data))[0] for path in (VALUES, RESPONSES, PLAN)]
    took, grown = time.monotonic() - begun, resident_bytes() - memory

    assert set(statuses) <= REFUSED
    assert before == await kept(town)
    assert took < len(statuses) * CHILD_TIMEOUT_S * SLACK
    assert grown < MEMORY_BYTES


@pytest.mark.parametrize("bluff", BLUFFS)
async def test_a_bluff_is_read_as_it_is_or_refused(town: Town, bluff: str) -> None:
    """P-42: a workbook that only says it is large is read as what is in it, or refused, in seconds."""
    begun = time.monotonic()
    status, _ = await bring(town, f"{VALUES}&dry_run=true", BLUFFS[bluff]())

    assert status in REFUSED | {200}
    assert time.monotonic() - begun < CHILD_TIMEOUT_S * SLACK


@pytest.mark.parametrize("read", [read_table, read_workbook])
async def test_ten_thousand_sheets_are_refused_by_whoever_reads(read: Callable[[str, bytes], object]) -> None:
    """P-42: too many sheets are refused, also where only the first one is wanted."""
    with pytest.raises(TooLarge):
        read("t.xlsx", BOMBS["many_sheets"]())


async def test_a_workbook_in_order_is_read() -> None:
    """P-42: the workbook of these tests is refused for what is put into it: by itself it is taken."""
    assert [(2, ["dzi_bel", "2019", "4.5", "НСИ"])] == read_table("t.xlsx", packed(parts())).rows


MARK = "marked-secret-4711"
ATTACKED = {"book": BOOK, "links": LINKS, "sheet": SHEET, "strings": STRINGS, "styles": STYLES}


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A socket that listens, for whoever goes out to fetch what a file tells him to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def is_untouched(trap: socket.socket) -> bool:
    try:
        trap.accept()
    except BlockingIOError:
        return True
    return False


def outside_reference(folder: Path, port: int) -> dict[str, str]:
    """Document types that reach for a file, for the network, or for all memory."""
    (folder / "marked").write_text(MARK)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "file": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{folder}/marked">]>',
        "network": f'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{port}/e">]>',
        "outside type": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">',
        "parameter": f'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:{port}/p"> %e;]>',
        "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY e "&l9;">]>',
        "inside": f'<!DOCTYPE x [<!ENTITY e "{MARK}">]>',
        "after a comment": f'<!-- {"x" * 5_000} --><!DOCTYPE x [<!ENTITY e "{MARK}">]>',
    }


@pytest.mark.parametrize("part", ATTACKED)
async def test_a_document_type_is_refused(town: Town, trap: socket.socket, tmp_path: Path, part: str) -> None:
    """P-43: a part of a workbook with a document type is refused; no file is read and nobody is called."""
    sound = parts()[ATTACKED[part]]
    told = []
    for declared in outside_reference(tmp_path, trap.getsockname()[1]).values():
        spoiled = sound.replace(HEAD, HEAD + declared).replace("<t>a</t>", "<t>&e;</t>").replace("НСИ", "&e;")
        reply = await town.ask("expert", "POST", f"{VALUES}&dry_run=true", content=packed(parts(**{part: spoiled})))
        told.append((reply.status_code, MARK in reply.text))

    assert [(422, False)] * len(told) == told
    assert is_untouched(trap)


ENCODED: dict[str, Callable[[str], bytes]] = {
    "UTF-16": lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 unmarked": lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "UTF-7": lambda text: text.replace("UTF-8", "UTF-7").replace("<!", "+ADw-!").encode(),
    "UTF-32": lambda text: text.replace("UTF-8", "UTF-32").encode("utf-32"),
    "Windows-1251": lambda text: text.replace("UTF-8", "windows-1251").encode("cp1251"),
    "EBCDIC": lambda text: (
        text.replace("UTF-8", "IBM037").replace("Стойности", "s").replace("НСИ", "n").encode("cp037")
    ),
}


@pytest.mark.parametrize("encoding", ENCODED)
async def test_another_encoding_of_xml_is_refused(town: Town, encoding: str) -> None:
    """P-43: XML that is not UTF-8, which could hide a document type, is refused."""
    told = []
    for path in (BOOK, SHEET, STRINGS):
        declared = parts()[path].replace(HEAD, f'{HEAD}<!DOCTYPE x [<!ENTITY e "{MARK}">]>')
        data = packed({**parts(), path: ENCODED[encoding](declared)})
        told.append((await bring(town, f"{VALUES}&dry_run=true", data))[0])

    assert [422] * len(told) == told


@pytest.mark.parametrize("part", ["sheet", "book", "styles"])
async def test_xml_as_deep_as_a_well_is_refused_or_passed_over(town: Town, part: str) -> None:
    """P-43: a hundred thousand elements inside one another end no process but the child's."""
    sound = parts()[ATTACKED[part]]
    at = sound.rindex("</")
    deep = sound[:at] + "<x>" * 100_000 + "</x>" * 100_000 + sound[at:]
    status, _ = await bring(town, f"{VALUES}&dry_run=true", packed(parts(**{part: deep})))

    assert status in REFUSED | {200}
    assert 200 == (await town.ask(None, "GET", "/surveys")).status_code


async def test_a_path_that_leads_out_of_a_workbook_is_not_followed(town: Town, tmp_path: Path) -> None:
    """P-43: a workbook whose sheet is said to lie outside of it reads no file."""
    (tmp_path / "marked").write_text(MARK)
    away = str(tmp_path / "marked").lstrip("/")
    links = parts()[LINKS]
    for target in (f"../../../../../../{away}", f"/{away}", f"file:///{away}"):
        data = packed(parts(links=links.replace("worksheets/sheet1.xml", target)))
        reply = await town.ask("expert", "POST", f"{VALUES}&dry_run=true", content=data)

        assert (422, False) == (reply.status_code, MARK in reply.text)
