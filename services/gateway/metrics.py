"""Figures about the running gateway, in Prometheus' text format. Labels are routes and states, never people or ids."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SUBMITTING = "/api/v1/surveys/{survey}/responses/{response}"
CREATED = 201
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """A figure that somebody else keeps: `read` gives it for each value of `label` (one with "" has no label)."""

    name: str
    help: str
    label: str
    read: Callable[[], Awaitable[Mapping[str, float]]]


@dataclass
class _Latency:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    sum_s: float = 0.0


class Metrics:
    """What is counted in this process since its start."""

    def __init__(self, gauges: Sequence[Gauge]) -> None:
        self._gauges = gauges
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._latencies: defaultdict[str, _Latency] = defaultdict(_Latency)
        self._accepted = 0

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count an answered request: by method, pattern of the route and status, and how long the answer took."""
        self._requests[(method, route, status)] += 1
        latency = self._latencies[route]
        latency.buckets[bisect_left(BOUNDS_S, took_s)] += 1
        latency.sum_s += took_s
        if status == CREATED and method == "PUT" and route == SUBMITTING:
            self._accepted += 1

    async def text(self) -> str:
        """All figures."""
        lines = [*self._request_lines(), *self._latency_lines()]
        lines += _head("megdan_responses_accepted_total", "Responses to surveys that were answered 201.", "counter")
        lines.append(f"megdan_responses_accepted_total {self._accepted}")
        for gauge in self._gauges:
            lines += _head(gauge.name, gauge.help, "gauge")
            lines += [
                f"{gauge.name}{_labels(**{gauge.label: value} if value else {})} {figure:g}"
                for value, figure in sorted((await gauge.read()).items())
            ]
        return "\n".join(lines) + "\n"

    def _request_lines(self) -> Iterator[str]:
        yield from _head("megdan_requests_total", "Requests answered.", "counter")
        for (method, route, status), number in sorted(self._requests.items()):
            yield f"megdan_requests_total{_labels(method=method, route=route, status=str(status))} {number}"

    def _latency_lines(self) -> Iterator[str]:
        name = "megdan_request_seconds"
        yield from _head(name, "Seconds from a request to the first byte of its answer.", "histogram")
        for route, latency in sorted(self._latencies.items()):
            total = 0
            for bound, number in zip((*map(str, BOUNDS_S), "+Inf"), latency.buckets, strict=True):
                total += number
                yield f"{name}_bucket{_labels(route=route, le=bound)} {total}"
            yield f"{name}_sum{_labels(route=route)} {latency.sum_s:.6f}"
            yield f"{name}_count{_labels(route=route)} {total}"


def _head(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _labels(**labels: str) -> str:
    if not labels:
        return ""
    escaped = (value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for value in labels.values())
    return "{" + ",".join(f'{name}="{value}"' for name, value in zip(labels, escaped, strict=True)) + "}"
