"""A whole installation on a machine whose clock the test sets, and whose hours pass when the test says so."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.data_folder import DataFolder
from deploy.embedded import embedded
from services.gateway.app import operator_app
from shared.clock import Clock, never_late
from tests.system.conftest import Town, demo_file, demo_json

MONDAY = datetime(2019, 6, 3, 10, tzinfo=UTC)
SURVEY, PLAN = "vision-2020", "balchik-2014-2020"


class Machine:
    """What the machine's clock says, and how many seconds it has run."""

    def __init__(self) -> None:
        self.says = MONDAY
        self.ran_s = 0.0

    def wall(self) -> datetime:
        return self.says

    def elapsed_s(self) -> float:
        return self.ran_s

    def clock(self) -> Clock:
        """The clock of a process that starts now."""
        return never_late(self.wall, self.elapsed_s)

    def run(self, time: timedelta) -> None:
        self.says += time
        self.ran_s += time.total_seconds()


@asynccontextmanager
async def town_at(folder: Path, clock: Clock) -> AsyncIterator[Town]:
    """An installation on a folder, by a clock."""
    async with embedded(DataFolder(folder), clock) as system:
        base = "http://127.0.0.1:8080/api/v1"
        operator = httpx.ASGITransport(operator_app(system.gateway.app))
        async with (
            httpx.AsyncClient(transport=operator, base_url=base, timeout=60) as by_operator,
            httpx.AsyncClient(transport=httpx.ASGITransport(system.gateway.app), base_url=base, timeout=60) as by_all,
        ):
            yield Town(system, by_operator, by_all, [timedelta(0)])


async def load_plan(town: Town) -> None:
    """Load the plan with those of its values that were known in June 2019."""
    await town.done("expert", "PUT", f"/plans/{PLAN}", demo_json("plan.json") | {"units": demo_json("units.json")})
    await town.done("expert", "POST", "/values/import?name=values.csv", content=_values_until(2018))
    await town.settle()


async def open_survey(town: Town, closes: str | None = None) -> None:
    margins = demo_json("margins.json")
    await town.done("expert", "PUT", f"/margins/{margins['id']}", margins)
    asked = demo_json("vision-2020.json") | {"opens": None, "closes": closes}
    await town.done("expert", "POST", "/surveys/import?format=json", asked)
    await town.done("expert", "POST", f"/surveys/{SURVEY}/open")


def _values_until(year: int) -> bytes:
    heads, *rows = csv.reader(io.StringIO(demo_file("values.csv").decode("utf-8-sig")))
    told = io.StringIO()
    csv.writer(told).writerows([heads, *(row for row in rows if int(row[1][:4]) <= year)])
    return told.getvalue().encode()
