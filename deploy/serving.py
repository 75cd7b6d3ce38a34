"""Serving HTTP on a port and on the owner's socket, and ending cleanly: streams first, then requests."""

import asyncio
import errno
import gc
import os
import resource
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from starlette.types import ASGIApp

from deploy.slow_heads import ImpatientHttp
from shared.errors import Conflict
from shared.language import Text

ACCEPTED_A_TURN = 16
LONGEST_ADDRESS = 100
"""Bytes that a unix socket's address surely holds."""


class PortIsTaken(Conflict):
    """Another program listens there."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the system as a whole: streams end before servers do."""
        yield


def run(serving: Coroutine[Any, Any, None]) -> None:
    """Run a server's coroutine on a loop that is made for many connections."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


def listening(host: str, port: int) -> socket.socket:
    """Listen on a TCP port (0: any free one). Raises PortIsTaken."""
    # With the protocol named, the event loop switches Nagle's delay off: else each answer waits 40 ms for the client.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except (OSError, OverflowError) as fault:  # the second where no port has such a number
        listener.close()
        number = getattr(fault, "errno", None)
        why = os.strerror(number) if number else "0-65535"
        bulgarian = "зает е" if number == errno.EADDRINUSE else why
        raise PortIsTaken(
            Text(
                bg=f"Портът {port} на {host} не може да се ползва: {bulgarian}. Изберете друг с --port.",
                en=f"Port {port} on {host} can't be used: {why}. Choose another with --port.",
            )
        ) from fault
    return listener


@contextmanager
def owners_socket(path: Path) -> Iterator[socket.socket]:
    """Listen on a unix socket that only its owner can open; it is gone afterwards."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        # A socket's path may hold about a hundred bytes, so it is bound by its name from within its folder.
        listener.bind(os.path.relpath(path) if len(os.fsencode(path)) > LONGEST_ADDRESS else os.fspath(path))
    finally:
        os.umask(before)
    try:
        yield listener
    finally:
        path.unlink(missing_ok=True)


async def serve(
    listeners: list[tuple[socket.socket, ASGIApp]],
    *,
    end_streams: Callable[[], None],
    ready: Callable[[], None],
    stop_s: int,
) -> None:
    """Serve until SIGINT or SIGTERM; then end live streams, let requests end, at most `stop_s` seconds."""
    _allow_many_files()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    servers = [(_Server(_config(app, stop_s)), listener) for listener, app in listeners]
    tasks = [asyncio.create_task(server.serve(sockets=_several(listener))) for server, listener in servers]
    while not all(server.started for server, _ in servers):
        for task in tasks:
            if task.done():
                task.result()  # raises what it failed on
        await asyncio.sleep(0.005)
    _collect_seldom()
    ready()
    await stop.wait()
    end_streams()
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


def _collect_seldom() -> None:
    """Have what is there from the start never walked again, the rest less often: a full walk holds the loop 0.1 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _several(listener: socket.socket) -> list[socket.socket]:
    """The same listener several times: uvloop takes one connection a turn of each, however many wait."""
    return [listener, *(listener.dup() for _ in range(ACCEPTED_A_TURN - 1))]


def _allow_many_files() -> None:
    """Every connection is an open file, and the usual limit of 1,024 is less than we promise to serve."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _config(app: ASGIApp, stop_s: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=ImpatientHttp,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=stop_s,
        timeout_keep_alive=15,
    )
