"""Loads the demo through the same API that everybody uses; what was loaded before is met again and changes nothing."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import orjson

from deploy.cli.connection import Client, Refused
from deploy.data_folder import DataFolder
from shared.identity import Role
from shared.language import Text

HERE = Path(__file__).parent
SURVEY = "vision-2020"
PLAN = "balchik-2014-2020"
RESPONSES = 1200

Json = Any  # whatever a file or the API holds

CONFLICT = 409

LOOK = {"municipality_bg": "Община Балчик", "municipality_en": "Municipality of Balchik", "hero": HERE / "hero.svg"}
"""How the demo's pages look: settings of the gateway."""

ROLES: Sequence[tuple[Role, str | None]] = (
    ("citizen", None),
    ("officer", "tourism_eu_funds"),
    ("expert", None),
    ("moderator", None),
    ("evaluator", None),
    ("administrator", None),
)

NAMES = {
    "citizen": "Иван, гражданин",
    "officer": "Стоянка, служител",
    "expert": "Мария, експерт",
    "moderator": "Петър, модератор",
    "evaluator": "Елена, оценител",
    "administrator": "Георги, администратор",
}

Tell = Callable[[Text, float], None]
"""Told what is being done and the share of all that is done."""


@dataclass(frozen=True)
class DemoAccount:
    """An account that scripts can use too."""

    role: Role
    user: str
    password: str
    token: str
    unit: str | None = None


def accounts_file(folder: DataFolder) -> Path:
    return folder.path / "demo-accounts.json"


def demo_accounts(folder: DataFolder) -> list[DemoAccount]:
    """Read the accounts of a demo that was loaded whole; empty before that."""
    path = accounts_file(folder)
    return [DemoAccount(**each) for each in orjson.loads(path.read_bytes())] if path.exists() else []


async def load_demo(
    folder: DataFolder, operator: Client, act_as: Callable[[str], Client], tell: Tell
) -> list[DemoAccount]:
    """Load the data set and make one account per role; `act_as` gives a client that shows a token."""
    tell(Text(bg="Профили", en="Accounts"), 0.02)
    accounts = [await _account(operator, role, unit) for role, unit in ROLES]
    planner = act_as(next(account.token for account in accounts if account.role == "expert"))
    clerk = act_as(await _token(operator, "expert"))

    tell(Text(bg="План и индикатори", en="Plan and indicators"), 0.06)
    plan = _read("plan.json") | {"units": _read("units.json")}
    await planner.ask("PUT", f"/plans/{PLAN}", body=plan)
    tell(Text(bg="Стойности на индикаторите", en="Indicators' values"), 0.12)
    await clerk.ask("POST", "/values/import", file=_file("values.csv"), name="values.csv")
    tell(Text(bg="Потвърждаване на стойностите", en="Verifying the values"), 0.2)
    await _verify_all(planner)

    tell(Text(bg="Анкета", en="Survey"), 0.3)
    margins = _read("margins.json")
    await planner.ask("PUT", f"/margins/{margins['id']}", body=margins)
    # Whoever opens the survey can't verify what it gives: the expert of the demo accounts stays free to do it.
    await _open_survey(clerk)
    await _responses(clerk, tell)
    await operator.settled()
    _keep(folder, accounts)
    return accounts


async def _account(operator: Client, role: Role, unit: str | None) -> DemoAccount:
    password = token_urlsafe(12)
    try:
        body = {"user": role, "display_name": NAMES[role], "password": password, "roles": [role], "unit": unit}
        user = await operator.ask("POST", "/users", body=body)
    except Refused as refused:
        # Made by a loading that was cut off: it gets a new password, the old one was never shown.
        if refused.answered != CONFLICT:
            raise
        (user,) = (await operator.ask("GET", "/users", user=role))["items"]
        await operator.ask("PATCH", f"/users/{user['id']}", body={"password": password})
    token = await _token(operator, role, unit, user["id"])
    return DemoAccount(role, role, password, token, unit)


async def _token(operator: Client, role: Role, unit: str | None = None, user: str | None = None) -> str:
    body = {"roles": [role], "unit": unit, "days": 365, "purpose": "demo", "user": user}
    made = await operator.ask("POST", "/tokens", body=body)
    return str(made["token"])


async def _verify_all(planner: Client) -> None:
    cursor: str | None = None
    while True:
        page = await planner.ask("GET", "/values", state="given", limit=100, cursor=cursor)
        items = [{name: each[name] for name in ("indicator", "period", "version")} for each in page["items"]]
        if items:
            await planner.ask("POST", "/values/verify", body={"items": items})
        cursor = page["next"]
        if cursor is None:
            return


async def _open_survey(planner: Client) -> None:
    try:
        await planner.ask("POST", "/surveys/import", body=_read("vision-2020.json"), format="json")
        await planner.ask("POST", f"/surveys/{SURVEY}/open")
    except Refused as refused:
        if refused.answered != CONFLICT:  # open already
            raise


async def _responses(planner: Client, tell: Tell) -> None:
    importing = asyncio.create_task(
        planner.ask("POST", f"/surveys/{SURVEY}/responses/import", file=_file("responses.csv"), name="responses.csv")
    )
    while not importing.done():
        await asyncio.wait([importing], timeout=0.2)
        given = (await planner.ask("GET", f"/surveys/{SURVEY}/results"))["responses"]
        tell(Text(bg="Примерни отговори", en="Example responses"), 0.35 + 0.6 * given / RESPONSES)
    await importing


def _keep(folder: DataFolder, accounts: list[DemoAccount]) -> None:
    fresh = accounts_file(folder).with_suffix(".new")
    fresh.touch(mode=0o600)
    os.chmod(fresh, 0o600)  # noqa: PTH101 - the file may have been left by a loading that was cut off
    fresh.write_bytes(orjson.dumps([asdict(account) for account in accounts], option=orjson.OPT_INDENT_2))
    fresh.rename(accounts_file(folder))


def _read(name: str) -> Json:
    return orjson.loads((HERE / name).read_bytes())


def _file(name: str) -> tuple[str, bytes]:
    return name, (HERE / name).read_bytes()
