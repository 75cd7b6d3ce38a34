"""Signing in and out over the API."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from services.gateway.api.house import CallerOf, ClientOf, House
from services.gateway.domain.accounts import LONGEST_PASSWORD
from services.gateway.edge.cookies import no_session_cookie, session_cookie
from services.gateway.usecases.sessions import SignedIn
from shared.http import Body

Name = Annotated[str, StringConstraints(max_length=256)]
Password = Annotated[str, StringConstraints(max_length=LONGEST_PASSWORD)]


class SignIn(Body):
    user: Name
    password: Password


class Me(BaseModel):
    """Who is signed in. `csrf` goes into the header X-CSRF-Token of writes that the session's cookie speaks for."""

    name: str
    roles: list[str]
    unit: str | None
    csrf: str


def sessions_router(house: House) -> APIRouter:
    """Make the endpoints of /session."""
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
        if caller.session:
            await house.sessions.end(caller.session)
        return begun(signed_in, response)

    @router.delete("/session", status_code=204)
    async def sign_out(caller: CallerOf) -> Response:
        """Sign out: the session's cookie is worth nothing from now on."""
        if caller.session:
            await house.sessions.end(caller.session)
        return Response(status_code=204, headers={"set-cookie": no_session_cookie()})

    return router
