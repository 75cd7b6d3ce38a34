"""Signing in and out over the API, and one's own account."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from services.gateway.api.house import CallerOf, ClientOf, House
from services.gateway.domain.accounts import LONGEST_PASSWORD
from services.gateway.domain.sessions import WrongNameOrPassword
from services.gateway.edge.cookies import no_session_cookie, session_cookie
from services.gateway.usecases.accounts import Change
from services.gateway.usecases.sessions import SignedIn
from shared.errors import FieldError, Invalid
from shared.http import Body
from shared.language import Text

Name = Annotated[str, StringConstraints(max_length=256)]
Password = Annotated[str, StringConstraints(max_length=LONGEST_PASSWORD)]


class SignIn(Body):
    user: Name
    password: Password


class NewPassword(Body):
    old: Password
    new: Password


class Me(BaseModel):
    """Who is signed in. `csrf` goes into the header X-CSRF-Token of writes that the session's cookie speaks for."""

    name: str
    roles: list[str]
    unit: str | None
    csrf: str


class WrongOldPassword(Invalid):
    def __init__(self) -> None:
        wrong = Text(bg="Досегашната парола не е вярна.", en="The present password is wrong.")
        super().__init__(wrong, [FieldError("/old", wrong)])


def sessions_router(house: House) -> APIRouter:
    """Make the endpoints of /session and /me."""
    router = APIRouter(tags=["session"])

    def begun(signed_in: SignedIn, response: Response) -> Me:
        cookie = session_cookie(signed_in.cookie, house.settings.session_longest_s)
        response.headers["set-cookie"] = cookie
        user = signed_in.user
        csrf = house.recognition.session_csrf(signed_in.session.id)
        return Me(name=user.display_name, roles=sorted(user.roles), unit=user.unit, csrf=csrf)

    @router.post("/session")
    async def sign_in(body: SignIn, caller: CallerOf, client: ClientOf, response: Response) -> Me:
        """Sign in with a password; the session is a cookie."""
        signed_in = await house.sessions.sign_in(body.user, body.password, client)
        if caller.by_cookie and caller.credential:
            await house.sessions.end(caller.credential.id)
        return begun(signed_in, response)

    @router.delete("/session", status_code=204)
    async def sign_out(caller: CallerOf) -> Response:
        """Sign out: the session's cookie is worth nothing from now on."""
        if caller.by_cookie and caller.credential:
            await house.sessions.end(caller.credential.id)
        return Response(status_code=204, headers={"set-cookie": no_session_cookie()})

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
        if not caller.by_cookie:
            return Response(status_code=204)
        signed_in = await house.sessions.begin(changed)
        cookie = session_cookie(signed_in.cookie, house.settings.session_longest_s)
        return Response(status_code=204, headers={"set-cookie": cookie})

    return router
