"""One's own account."""

from fastapi import APIRouter, Response

from services.gateway.api.house import CallerOf, ClientOf, House
from services.gateway.api.sessions import Me, Password
from services.gateway.domain.sessions import WrongNameOrPassword
from services.gateway.edge.cookies import no_session_cookie, session_cookie
from services.gateway.usecases.accounts import Change
from shared.errors import FieldError, Invalid
from shared.http import Body, ReaderLanguage, json_response
from shared.language import Text


class NewPassword(Body):
    old: Password
    new: Password


class Confirmation(Body):
    """The password, shown again before something that can't be undone."""

    password: Password


class WrongPassword(Invalid):
    def __init__(self) -> None:
        wrong = Text(bg="Паролата не е вярна. Нищо не беше изтрито.", en="The password is wrong. Nothing was erased.")
        super().__init__(wrong, [FieldError("/password", wrong)])


class WrongOldPassword(Invalid):
    def __init__(self) -> None:
        wrong = Text(bg="Досегашната парола не е вярна.", en="The present password is wrong.")
        super().__init__(wrong, [FieldError("/old", wrong)])


def me_router(house: House) -> APIRouter:
    """Make the endpoints of /me."""
    router = APIRouter(tags=["session"])

    @router.get("/me")
    async def me(caller: CallerOf) -> Me:
        """Tell who is signed in, with which roles."""
        identity = caller.identity
        roles = sorted(identity.roles - {"visitor"})
        return Me(name=caller.name, roles=roles, unit=identity.unit, csrf=caller.csrf)

    @router.put("/me/password", status_code=204)
    async def change_password(body: NewPassword, caller: CallerOf, client: ClientOf) -> Response:
        """Set one's own password. All other sessions, and the tokens of the account, end."""
        user = await house.accounts.one(caller.identity.subject)
        try:
            await house.sessions.confirm(user, body.old, client)
        except WrongNameOrPassword:
            raise WrongOldPassword from None
        changed = await house.accounts.change(user.id, Change(password=body.new))
        if not caller.session:
            return Response(status_code=204)
        signed_in = await house.sessions.begin(changed)
        cookie = session_cookie(signed_in.cookie, house.settings.session_longest_s)
        return Response(status_code=204, headers={"set-cookie": cookie})

    _add_own_data(router, house)
    return router


def _add_own_data(router: APIRouter, house: House) -> None:
    @router.get("/me/export")
    async def export(caller: CallerOf, language: ReaderLanguage) -> Response:
        """All data about whoever is signed in, from every service, as one JSON document."""
        user = await house.accounts.one(caller.identity.subject)
        headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="megdan-my-data.json"'}
        return json_response(await house.exporting.own_data(user, caller, language), headers=headers)

    @router.delete("/me", status_code=204)
    async def erase(caller: CallerOf, client: ClientOf, body: Confirmation | None = None) -> Response:
        """Erase the own account for good. Asks for the password, unless the sign-in was less than five minutes ago."""
        user = await house.accounts.one(caller.identity.subject)
        try:
            await house.erasing.confirm(user, caller.session, client, body.password if body else None)
        except WrongNameOrPassword:
            raise WrongPassword from None
        await house.erasing.erase(user)
        return Response(status_code=204, headers={"set-cookie": no_session_cookie()} if caller.session else {})
