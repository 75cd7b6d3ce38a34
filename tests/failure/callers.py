"""Clients of an installation that is killed: they send, repeat and take back, and remember what they were told."""

import random
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.system.test_the_loop import an_answer

GIVERS = 4
INDICATOR, PERIOD = "population", "2016"
LOST_AT_ONCE, TAKEN_BACK = 0.1, 0.15
"""Shares of the requests whose answer the client does not wait for, and of the responses that are withdrawn."""

OFTEN_S, SELDOM_S = 0.05, 1.0
"""How often a value is entered; seldom, so that most of the steps that are passed are on the way of responses."""

JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Sent:
    """A response as its participant knows it: the satisfaction with roads that it holds, and its receipt."""

    roads: int
    receipt: str = ""


@dataclass
class Ledger:
    """What the clients know: what was answered, and what was sent but never answered."""

    given: dict[str, Sent] = field(default_factory=dict)
    unknown: dict[str, Sent] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    withdrawing: set[str] = field(default_factory=set)
    values: list[int] = field(default_factory=lambda: [20_000])
    value_unknown: int | None = None
    positions: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def next_value(self) -> int:
        return max(self.values[-1], self.value_unknown or 0) + 1

    def saw(self, what: str, position: int) -> None:
        """Note where something public stands; it never goes back."""
        if position < self.positions.get(what, 0):
            self.complaints.append(f"{what} went back from {self.positions[what]} to {position}")
        self.positions[what] = position

    def live(self) -> list[Sent]:
        return [sent for response_id, sent in self.given.items() if response_id not in self.withdrawn]


class Callers:
    """Threads that call an installation until it is gone, or `stop` is called."""

    def __init__(self, port: int, ledger: Ledger, seed: int, value_every_s: float = OFTEN_S) -> None:
        self._port = port
        self._value_every_s = value_every_s
        self._ledger = ledger
        self._seed = seed
        self._is_stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, token: str) -> None:
        works: list[Callable[[], None]] = [lambda worker=worker: self._give(worker) for worker in range(GIVERS)]  # type: ignore[misc]  # each its own number
        works += [lambda: self._enter_values(token), self._read]
        self._threads = [threading.Thread(target=self._until_gone, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_stopped.set()
        for thread in self._threads:
            thread.join()

    def _until_gone(self, work: Callable[[], None]) -> None:
        try:
            work()
        except httpx.HTTPError:
            return  # killed: what was under way is noted as unknown
        except Exception as fault:  # noqa: BLE001 - a thread's fault is the test's
            self._ledger.complaints.append(repr(fault))

    def _give(self, worker: int) -> None:
        ledger, chance = self._ledger, random.Random(f"{self._seed} {worker}")  # noqa: S311 - to be repeatable
        with _client(self._port) as client:
            for number in range(100_000):
                if self._is_stopped.is_set():
                    return
                response_id, sent = f"s{self._seed:06d}w{worker}n{number:013d}", Sent(1 + chance.randrange(5))
                ledger.unknown[response_id] = sent
                if chance.random() < LOST_AT_ONCE:
                    self._send_and_hang_up(response_id, sent)
                told = give(client, response_id, sent.roads)
                ledger.given[response_id] = Sent(sent.roads, told["receipt"])
                del ledger.unknown[response_id]
                if chance.random() < TAKEN_BACK:
                    ledger.withdrawing.add(response_id)
                    withdraw(client, told["receipt"])
                    ledger.withdrawn.add(response_id)
                    ledger.withdrawing.discard(response_id)

    def _send_and_hang_up(self, response_id: str, sent: Sent) -> None:
        """Send a response whole and go before its answer can come."""
        content = orjson.dumps(_answers(response_id, sent.roads))
        head = (
            f"PUT /api/v1/surveys/vision-2020/responses/{response_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
            connection.sendall(head.encode() + content)

    def _enter_values(self, token: str) -> None:
        """Correct one value again and again."""
        ledger, headers = self._ledger, JSON | {"Authorization": f"Bearer {token}"}
        with _client(self._port, headers) as client:
            while not self._is_stopped.wait(self._value_every_s):
                value = ledger.next_value()
                ledger.value_unknown = value
                enter(client, value)
                ledger.values.append(value)
                ledger.value_unknown = None

    def _read(self) -> None:
        """Look at what is public, as an open page would."""
        with _client(self._port) as client:
            while not self._is_stopped.is_set():
                look(client, self._ledger)
                self._is_stopped.wait(0.02)


def _client(port: int, headers: Mapping[str, str] | None = None) -> httpx.Client:
    address = f"http://127.0.0.1:{port}/api/v1"
    return httpx.Client(base_url=address, timeout=30, headers=headers, verify=False, trust_env=False)  # noqa: S501 - plain HTTP, and reading certificates takes long


def give(client: httpx.Client, response_id: str, roads: int) -> Any:
    """Send a response and return what was answered, with the status."""
    path = f"/surveys/vision-2020/responses/{response_id}"
    reply = client.put(path, content=orjson.dumps(_answers(response_id, roads)), headers=JSON)
    assert reply.status_code in {200, 201}, (reply.status_code, reply.text)
    return reply.json() | {"status": reply.status_code}


def _answers(response_id: str, roads: int) -> Any:
    return an_answer(sum(response_id.encode()), roads=roads)


def withdraw(client: httpx.Client, receipt: str, *, perhaps_again: bool = False) -> bool:
    """Take a response back; tell whether it was this call that did."""
    reply = client.post("/withdrawals", content=orjson.dumps({"receipt": receipt}), headers=JSON)
    assert reply.is_success or (perhaps_again and reply.status_code == 404), (reply.status_code, reply.text)
    return reply.is_success


def enter(client: httpx.Client, value: int) -> None:
    body = orjson.dumps({"value": value, "source": "НСИ"})
    reply = client.put(f"/indicators/{INDICATOR}/values/{PERIOD}", content=body, headers=JSON)
    assert reply.is_success, (reply.status_code, reply.text)


def look(client: httpx.Client, ledger: Ledger) -> None:
    """Read the results and the evaluation, and note where they stand."""
    for what in ("/surveys/vision-2020/results", "/evaluation/balchik-2014-2020"):
        reply = client.get(what)
        assert reply.is_success, (what, reply.status_code, reply.text)
        position = reply.json()["position"]
        ledger.saw(what, int(position.rsplit(":", 1)[1]) if position else 0)
