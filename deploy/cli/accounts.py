"""`./megdan user` and `./megdan token`: who may come in."""

import asyncio
import getpass
import sys
from typing import Annotated, Any

from cyclopts import App, Parameter

from deploy.cli.connection import Client, Where, connected
from deploy.cli.imports import AsJson
from deploy.cli.speech import err, out, print_json, print_table, words
from shared.identity import Role

Json = Any  # whatever the API answers

Roles = Annotated[
    list[Role], Parameter(name="--role", help=words("роля; може няколко пъти", "a role; may be repeated"))
]
Unit = Annotated[str | None, Parameter(help=words("звено", "unit"))]


def add_to(app: App) -> None:
    user = App(
        name="user", help=words("Потребители: добавяне, роля, парола, списък.", "Accounts: add, role, password, list.")
    )
    user.command(
        add,
        help=words(
            "Нов потребител; паролата се въвежда или идва по стандартния вход.",
            "A new account; type or pipe its password.",
        ),
    )
    user.command(role, help=words("Сменя ролите и звеното.", "Changes roles and unit."))
    user.command(
        password,
        help=words(
            "Сменя паролата; старите влизания и ключове спират.", "Changes the password; old sessions and tokens end."
        ),
    )
    user.command(listed, name="list", help=words("Кой има достъп.", "Who has access."))
    app.command(user)
    app.command(
        token, help=words("Ключ за достъп за програми; показва се веднъж.", "A bearer token for scripts; shown once.")
    )


def add(
    user: str,
    *,
    roles: Roles,
    name: Annotated[str | None, Parameter(help=words("име, което се показва", "name to show"))] = None,
    unit: Unit = None,
    where: Where | None = None,
) -> None:
    """A new account; type or pipe its password."""
    body = {"user": user, "display_name": name, "roles": roles, "unit": unit, "password": _typed_password()}
    _ask("POST", "/users", body, where)
    out().print(words(f"Потребителят {user} е добавен.", f"Account {user} was added."), markup=False)


def role(user: str, *, roles: Roles, unit: Unit = None, where: Where | None = None) -> None:
    """Changes roles and unit."""
    _change(user, {"roles": roles, "unit": unit or ""}, where)
    out().print(words(f"Ролите на {user} са сменени.", f"The roles of {user} were changed."), markup=False)


def password(user: str, *, where: Where | None = None) -> None:
    """Changes the password; old sessions and tokens end."""
    _change(user, {"password": _typed_password()}, where)
    out().print(words(f"Паролата на {user} е сменена.", f"The password of {user} was changed."), markup=False)


def _change(user: str, change: Json, where: Where | None) -> None:
    async def run() -> None:
        async with connected(where or Where()) as client:
            (found,) = (await client.ask("GET", "/users", user=user))["items"]
            await _look_for_unit(client, change.get("unit"))
            await client.ask("PATCH", f"/users/{found['id']}", body=change)

    asyncio.run(run())


def listed(*, as_json: AsJson = False, where: Where | None = None) -> None:
    """Who has access."""
    users = _ask("GET", "/users", None, where)["items"]
    if as_json:
        print_json(users)
        return
    columns = (words("Потребител", "Account"), words("Име", "Name"), words("Роли", "Roles"), words("Звено", "Unit"))
    rows = [(user["user"], user["display_name"], ", ".join(user["roles"]), user["unit"]) for user in users]
    print_table(words("Потребители", "Accounts"), columns, rows)


def token(
    *,
    roles: Roles,
    unit: Unit = None,
    days: Annotated[int, Parameter(help=words("колко дни важи", "days that it holds"))] = 30,
    purpose: Annotated[str, Parameter(help=words("за какво е", "what it is for"))] = "command line",
    as_json: AsJson = False,
    where: Where | None = None,
) -> None:
    """A bearer token for scripts; shown once."""
    made = _ask("POST", "/tokens", {"purpose": purpose, "roles": roles, "unit": unit, "days": days}, where)
    if as_json:
        print_json(made)
    else:
        sys.stdout.write(made["token"] + "\n")


def _ask(method: str, path: str, body: Json, where: Where | None) -> Json:
    async def run() -> Json:
        async with connected(where or Where()) as client:
            await _look_for_unit(client, body.get("unit") if body else None)
            return await client.ask(method, path, body=body)

    return asyncio.run(run())


async def _look_for_unit(client: Client, unit: str | None) -> None:
    """Say so if no plan knows a unit: it is taken all the same, since accounts may be made before the plan."""
    if not unit:
        return
    known = [each["id"] for each in (await client.ask("GET", "/units"))["items"]]
    if unit not in known:
        listed = ", ".join(sorted(known)) or "–"
        err().print(
            words(
                f"Внимание: никой план няма звено „{unit}“; за него няма стойности за въвеждане. Звена: {listed}",
                f"Note: no plan has a unit “{unit}”; there will be no values to give for it. Units: {listed}",
            ),
            markup=False,
        )


def _typed_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(words("Парола: ", "Password: "))
