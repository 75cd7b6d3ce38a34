"""One client that takes too much, sends half, or never reads: it is held to its share, and nobody else notices."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median

import httpx
import pytest

from tests.failure.flood import Answer, Flood, a_request
from tests.failure.flooded import MEGABYTE, Flooded, a_submission, flooded
from tests.running import ROOT
from tests.system.test_the_loop import SURVEY

WRITES = 600
"""Writes of one client in a minute."""

PHONES = 200
SLOW = 500
IN_SECONDS = 100
"""How long a slow one may stay at most; the limits are 10 to 20 seconds."""

SOMEBODY, SOMEBODY_ELSE, A_SCHOOL = "127.0.0.2", "127.0.0.3", "127.0.0.4"
"""Addresses of this machine that count as clients; 127.0.0.1 is the machine itself."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flooded]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        folder = tmp_path_factory.mktemp("limits") / "data"
        with flooded(folder, MEGDAN_GATEWAY_WRITES_PER_CLIENT=str(WRITES)) as process:
            yield process


async def sent(process: Flooded, address: str, requests: Sequence[bytes], per_second: float) -> list[Answer]:
    flood = Flood(process.port, address=address, most=PHONES)
    answers = await flood.send(requests, per_second)
    flood.close()
    return answers


@pytest.mark.slow
def test_one_client_over_its_limit_is_told_and_others_do_not_notice(running: Flooded) -> None:
    """P-30: a client over its limit is told 429, a forged X-Forwarded-For is no help, another is served as before."""

    async def both() -> tuple[list[Answer], list[Answer], list[Answer]]:
        alone = await sent(running, SOMEBODY_ELSE, [a_submission(n, "calm") for n in range(60)], 30)
        forged = [
            a_submission(n, "wild", X_Forwarded_For=f"10.0.{n % 250}.{n % 240 + 1}") for n in range(WRITES + 1200)
        ]
        wild = asyncio.create_task(sent(running, SOMEBODY, forged, 600))
        beside = await sent(running, SOMEBODY_ELSE, [a_submission(n, "next") for n in range(60)], 30)
        return alone, beside, await wild

    alone, beside, wild = asyncio.run(both())

    told = Counter(answer.status for answer in wild)
    assert {201, 429} == set(told)
    assert WRITES <= told[201] <= 2 * WRITES  # a minute may end meanwhile
    assert [] == [answer for answer in wild if answer.status == 429 and not answer.retry_after]
    assert {201} == {answer.status for answer in (*alone, *beside)}
    assert median(answer.took_s for answer in beside) < 5 * median(answer.took_s for answer in alone) + 1


async def at_the_same_moment(process: Flooded, address: str, requests: Sequence[bytes]) -> Counter[int]:
    """Send each request over a connection of its own, all when all are open; count what is answered."""
    lines = [
        await asyncio.open_connection("127.0.0.1", process.port, local_addr=(address, 0)) for _ in range(len(requests))
    ]
    for (_, writer), request in zip(lines, requests, strict=True):
        writer.write(request)
    told = Counter([int((await reader.readline()).split()[1]) for reader, _ in lines])
    for _, writer in lines:
        writer.close()
    return told


@pytest.mark.slow
def test_two_hundred_phones_behind_one_address_pass(running: Flooded) -> None:
    """P-30: two hundred phones behind one address that answer at the same moment are all accepted."""
    requests = [a_submission(number, "scho") for number in range(PHONES)]

    told = asyncio.run(at_the_same_moment(running, A_SCHOOL, requests))

    assert Counter({201: PHONES}) == told


HALF_A_HEAD = b"GET /api/v1/surveys HTTP/1.1\r\nHost: x\r\nX-"
HALF_A_BODY = a_request("PUT", f"/surveys/{SURVEY}/responses/{'h' * 22}", {"answers": {"note": "x" * 900}})[:-500]
HALF_A_CHUNK = (
    f"PUT /api/v1/surveys/{SURVEY}/responses/{'c' * 22} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    "Transfer-Encoding: chunked\r\n\r\n400\r\n{"
).encode()
REFUSED_EARLY = b"POST /api/v1/values/import HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nab"
NEVER_READ = a_request("GET", "/evaluation/balchik-2014-2020") * 200


def connected(process: Flooded, ending: ExitStack) -> socket.socket:
    """A socket that takes in next to nothing, so that what is not read waits with the server."""
    made = ending.enter_context(socket.socket())
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(60)
    made.connect(("127.0.0.1", process.port))
    return made


def gently(made: socket.socket, content: bytes) -> None:
    """Send as much as is taken."""
    made.setblocking(False)
    try:
        made.send(content)
    except OSError:
        return


def served_meanwhile(process: Flooded) -> set[int]:
    """What somebody else is told meanwhile: of the health, for a page, for a response."""
    with httpx.Client(base_url=process.url, timeout=60) as client:
        pages = {client.get(path).status_code for path in ("/health/ready", "/api/v1/surveys", f"/surveys/{SURVEY}")}
    (answer,) = asyncio.run(sent(process, "127.0.0.1", [a_submission(time.monotonic_ns(), "else")], 1))
    return pages | {answer.status}


EACH_KIND = (
    HALF_A_BODY,
    HALF_A_HEAD,
    HALF_A_CHUNK,
    HALF_A_BODY,
    REFUSED_EARLY,
    NEVER_READ,
    HALF_A_BODY,
    HALF_A_CHUNK,
)
"""Half bodies alone are more than there are places for what is handled and for uploads."""


@pytest.mark.slow
def test_who_sends_half_or_never_reads_is_let_go(running: Flooded) -> None:
    """P-31: 500 sockets with half a head or body, or that never read, are closed in seconds; others are served."""
    files, memory = running.files(), running.memory()
    most, until = 0, time.monotonic() + IN_SECONDS
    with ExitStack() as ending:
        sockets = [connected(running, ending) for _ in range(SLOW)]
        for number, made in enumerate(sockets):
            gently(made, EACH_KIND[number % len(EACH_KIND)])

        meanwhile = served_meanwhile(running)
        while running.files() > files + SLOW // 50 and time.monotonic() < until:
            most = max(most, running.memory() - memory)
            for number, made in enumerate(sockets):
                if EACH_KIND[number % len(EACH_KIND)] is REFUSED_EARLY:
                    gently(made, b"x")  # drop by drop, though nobody waits for it any more
            time.sleep(0.5)
        left = running.files() - files

    assert {200, 201} == meanwhile
    assert left <= SLOW // 50
    assert most < 150 * MEGABYTE
