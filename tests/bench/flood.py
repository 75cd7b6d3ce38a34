"""A load generator that costs little: keep-alive clients on raw sockets, each waiting for its answer.

`python -m tests.bench.flood PORT --bodies FILE --clients 32 --seconds 5` sends the bodies of a file (one a line) in
turn as responses, each under an id of its own; with `--page PATH` it reads a page instead. It prints what came of it as
JSON, and runs as a process of its own, beside the server that it measures.
"""

import argparse
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import orjson

PATH = "/api/v1/surveys/vision-2020/responses/"
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


def responses(bodies: list[bytes], run: str) -> Iterator[bytes]:
    """Distinct requests without end: all but the id stands ready."""
    tails = [
        b" HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
        % (len(body), body)
        for body in bodies
    ]
    head = f"PUT {PATH}{run}".encode()
    number = 0
    while True:
        for tail in tails:
            number += 1
            yield b"%b-%020d%b" % (head, number, tail)


def readings(path: str) -> Iterator[bytes]:
    """The same page without end, packed as browsers take it."""
    return repeat(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\r\n".encode())


def is_whole(reply: bytes) -> bool:
    """Tell whether an answer has arrived to its end; ours all name their length."""
    head = reply.find(END_OF_HEAD)
    if head < 0:
        return False
    at = reply.find(LENGTH) + len(LENGTH)
    return len(reply) >= head + len(END_OF_HEAD) + int(reply[at : reply.index(b"\r", at)])


@dataclass
class Outcome:
    """What came of a run: answers by status, and of those within the measured time how long they took."""

    statuses: Counter[int] = field(default_factory=Counter)
    first_refusal: str = ""
    taken: list[float] = field(default_factory=list)

    def note(self, reply: bytes, took: float, *, is_measured: bool) -> None:
        status = int(reply[9:12])
        self.statuses[status] += 1
        if status in (200, 201):
            if is_measured:
                self.taken.append(took)
        elif not self.first_refusal:
            self.first_refusal = reply.decode(errors="replace")[:1000]


def flood(port: int, sending: Iterator[bytes], clients: int, warm_s: float, seconds: float) -> Outcome:
    """Send for a while and wait for the last answers."""
    outcome, poll = Outcome(), select.epoll()
    sockets = {each.fileno(): each for each in (socket.create_connection(("127.0.0.1", port)) for _ in range(clients))}
    asked, partial = dict.fromkeys(sockets, 0.0), dict.fromkeys(sockets, b"")
    now, begins = time.perf_counter, time.perf_counter() + warm_s
    ends = begins + seconds
    for number, connection in sockets.items():
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(number, select.EPOLLIN)
        asked[number] = now()
        connection.send(next(sending))
    waiting = clients
    while waiting:
        for number, _ in poll.poll():
            connection = sockets[number]
            reply = partial[number] + connection.recv(65536)
            if not is_whole(reply):
                if reply == partial[number]:
                    raise ConnectionError("the server has closed a connection")
                partial[number] = reply
                continue
            partial[number] = b""
            at = now()
            outcome.note(reply, at - asked[number], is_measured=begins <= at < ends)
            if at >= ends:
                waiting -= 1
                continue
            asked[number] = at
            connection.send(next(sending))
    return outcome


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("port", type=int)
    options.add_argument("--bodies", type=Path)
    options.add_argument("--page")
    options.add_argument("--clients", type=int, default=32)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--warm", type=float, default=1)
    options.add_argument("--run", default="r")
    given = options.parse_args()
    sending = readings(given.page) if given.page else responses(given.bodies.read_bytes().splitlines(), given.run)
    outcome = flood(given.port, sending, given.clients, given.warm, given.seconds)
    ordered, accepted = sorted(outcome.taken), outcome.statuses[200 if given.page else 201]
    told = {
        "accepted": accepted,
        "refused": sum(outcome.statuses.values()) - accepted,
        "first_refusal": outcome.first_refusal,
        "per_second": len(ordered) / given.seconds,
        "p50_ms": ordered[len(ordered) // 2] * 1000 if ordered else 0.0,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000 if ordered else 0.0,
        "own_cpu_s": time.process_time(),
    }
    sys.stdout.write(orjson.dumps(told).decode() + "\n")


if __name__ == "__main__":
    main()
