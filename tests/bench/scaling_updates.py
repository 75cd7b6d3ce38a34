"""Whether one value costs more where a plan has many indicators: a plan of ten beside one of ten thousand."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from shared.language import Text
from tests.bench.measures import Demand, Measure, Yardstick, beside
from tests.bench.standing import Ours, installed, until_quiet, usage
from tests.running import ask

BENCH = "scale"
TEN, FANOUT, DEPTH = 10, 10, 3
FROM, TO = 2014, 2029
GROWTH = Demand(1.2, at_least=False)


def a_plan(name: str, indicators: int) -> dict[str, Any]:
    """A plan of three levels of nodes, ten indicators a measure."""
    measures = indicators // TEN
    widths = [-(-measures // FANOUT**level) for level in reversed(range(DEPTH))]
    nodes = [_node(name, level, number) for level, width in enumerate(widths) for number in range(width)]
    return {
        "id": name,
        "title": {"bg": f"План {name}"},
        "period": {"from": FROM, "to": TO},
        "nodes": nodes,
        "indicators": [_indicator(name, number) for number in range(indicators)],
    }


def _node(plan: str, level: int, number: int) -> dict[str, Any]:
    parent = f"{plan}.{level - 1}.{number // FANOUT}" if level else None
    kind = ("objective", "priority", "measure")[level]
    title = {"bg": f"{kind} {number}"}
    return {"id": f"{plan}.{level}.{number}", "parent": parent, "kind": kind, "title": title, "weight": 1}


def _indicator(plan: str, number: int) -> dict[str, Any]:
    return {
        "id": f"{plan}-{number}",
        "node": f"{plan}.{DEPTH - 1}.{number // TEN}",
        "title": {"bg": f"Показател {number}"},
        "unit": "%",
        "direction": "up",
        "baseline": {"period": str(FROM), "value": 10},
        "target": {"period": str(TO), "value": 90},
        "shape": "linear",
        "accumulation": "last",
        "level": "result",
        "decimals": 1,
        "weight": 1,
        "source": "–",
        "frequency": "month",
        "responsible": plan,
    }


def _addresses(plan: str, indicators: int) -> Iterator[str]:
    """Ten indicators spread over the plan, month after month: every value is a new one."""
    months = (f"{year}-{month:02d}" for year in range(FROM, TO) for month in range(1, 13))
    return (
        f"/indicators/{plan}-{at}/values/{month}" for month in months for at in range(0, indicators, indicators // TEN)
    )


class Updates:
    """Gives values to one plan and tells what each has cost, in milliseconds of time and of processor."""

    def __init__(self, running: Ours, plan: str, indicators: int) -> None:
        self._running, self._addresses = running, _addresses(plan, indicators)
        body = a_plan(plan, indicators) | {"units": [{"id": plan, "title": {"bg": "Звено"}}]}
        _adopt(running, plan, body)

    def cost(self, count: int) -> tuple[float, float]:
        before, began = usage(self._running.pid).cpu_s, time.perf_counter()
        for number, address in enumerate(islice(self._addresses, count)):
            ask(self._running.owner, "PUT", address, {"value": 10 + number % 80, "source": "–"})
        until_quiet(self._running, 120)
        taken_s, cpu_s = time.perf_counter() - began, usage(self._running.pid).cpu_s - before
        return taken_s * 1000 / count, cpu_s * 1000 / count


def _adopt(running: Ours, plan: str, body: dict[str, Any]) -> None:
    """Put a plan, a second time when it has reached all its indicators: the first may be told that it was busy."""
    running.owner.put(f"/plans/{plan}", json=body, timeout=300)
    until_quiet(running, 300)
    ask(running.owner, "PUT", f"/plans/{plan}", body, timeout=300)
    until_quiet(running, 300)


def updates(many: int = 10_000, rounds: int = 5, count: int = 40) -> Sequence[Measure]:
    """Run this part of the bench."""
    with installed() as process, Ours.of(process) as running:
        small, large = Updates(running, "small", TEN), Updates(running, "large", many)
        for plan in (small, large):
            plan.cost(TEN)
        costs = [(large.cost(count), small.cost(count)) for _ in range(rounds)]
    figures = f"{many:,}".replace(",", " ")
    beside_ten = Text(bg="при 10 показателя", en="at 10 indicators")

    def compared(bg: str, en: str, which: int) -> Measure:
        name = Text(bg=f"една стойност при {figures} показателя: {bg}", en=f"one value at {figures} indicators: {en}")
        mine, other = ([cost[plan][which] for cost in costs] for plan in (0, 1))
        return beside(BENCH, name, "ms", mine, Yardstick(beside_ten, other), GROWTH)

    return [compared("време", "time", 0), compared("процесор", "CPU", 1)]
