"""Log lines: a dotted name and fields, as JSON, on standard error. Correlation is bound once, at the edge."""

import logging as standard
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex
from typing import Any, BinaryIO, cast

import orjson
import structlog

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)


def current_correlation() -> str:
    """The id that ties a request, the events it causes and their log lines together; drawn where none is bound."""
    return _correlation.get() or token_hex(8)


@contextmanager
def correlated(correlation: str | None = None) -> Iterator[str]:
    """Bind a correlation id (a new one if none is given) for what runs inside."""
    bound = correlation or token_hex(8)
    token = _correlation.set(bound)
    try:
        yield bound
    finally:
        _correlation.reset(token)


def _with_correlation(_logger: object, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if bound := _correlation.get():
        fields["correlation"] = bound
    return fields


def _encoded(fields: Any, **_: object) -> bytes:  # noqa: ANN401 - structlog passes what was logged, of any type
    return orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS)


class _StandardError:
    """Standard error as it is when a line is written, not as it was when logging began."""

    def write(self, line: bytes) -> None:
        sys.stderr.buffer.write(line)

    def flush(self) -> None:
        sys.stderr.buffer.flush()


def start_logging(level: str = "info") -> None:
    """Set up logging for a process; `level` is debug, info, warning or error."""
    number = standard.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            _with_correlation,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(file=cast("BinaryIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    standard.basicConfig(level=standard.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
