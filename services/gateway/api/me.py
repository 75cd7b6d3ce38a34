"""One's own account."""

from fastapi import APIRouter, Response

from services.gateway.api.house import CallerOf, ClientOf, House
from services.gateway.api.sessions import Me, Password
from services.gateway.domain.sessions import WrongNameOrPassword
from services.gateway.edge.cookies import session_cookie
from services.gateway.usecases.accounts import Change
from shared.errors import FieldError, Invalid
from shared.http import Body
from shared.language import Text


class NewPassword(Body):
    old: Password
    new: Password


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

    return router
