"""Serves a reference program: `python -m tests.bench.reference accept|loop|page FOLDER`; prints its port."""

import asyncio
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
import uvicorn
import uvloop

from tests.bench.reference.accepting import Accepting
from tests.bench.reference.looping import Looping
from tests.bench.reference.page import Page

PROGRAMS: Mapping[str, type[Accepting | Page]] = {"accept": Accepting, "loop": Looping, "page": Page}
SURVEY = Path(__file__).parents[3] / "deploy" / "demo" / "vision-2020.json"


async def main(program: str, folder: Path) -> None:
    app = PROGRAMS[program](folder, orjson.loads(SURVEY.read_bytes()))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    print(listener.getsockname()[1], flush=True)  # noqa: T201 - the caller reads it
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], Path(sys.argv[2])))
