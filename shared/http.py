"""HTTP as every service speaks it: deny by default, verify who asks, read strictly, answer errors as problems."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, TypeVar, get_type_hints

import orjson
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from starlette.exceptions import HTTPException

from shared.clock import Clock
from shared.errors import Forbidden, MegdanError, NotFound, Unauthorised
from shared.identity import EVERYBODY, IDENTITY_HEADER, ROLES, STAFF, Identity, Role, signed_identity, verified_identity
from shared.language import Language, Text, preferred
from shared.lean import LeanApp
from shared.problems import MEDIA_TYPE, problem, unfit
from shared.strict_json import read_json

__all__ = [
    "EVERYBODY",
    "IDENTITY_HEADER",
    "MEDIA_TYPE",
    "ROLES",
    "STAFF",
    "Access",
    "Body",
    "Identity",
    "Reader",
    "Role",
    "json_response",
    "reader_language",
    "service_app",
    "signed_identity",
]

log = structlog.get_logger()

Access = Mapping[tuple[str, str], frozenset[Role]]
"""(method, path) -> roles that may. What is not named is denied; a name without a route fails at start."""

Handler = Callable[[Request], Awaitable[Response]]


class Body(BaseModel):
    """What a request's body must be: its fields and no others, each of its JSON type, numbers finite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


M = TypeVar("M", bound=BaseModel)


async def read_body(request: Request, model: type[M]) -> M:
    """Read a request's body as a model, for routes that read it themselves. Raises Invalid."""
    try:
        return model.model_validate_json(orjson.dumps(read_json(await request.body())))
    except ValidationError as fault:
        raise unfit(fault.errors()) from None


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer JSON, encoded once."""
    return Response(orjson.dumps(content), status, dict(headers or {}), media_type="application/json")


def reader_language(request: Request) -> Language:
    """Tell the reader's language: `?language=`, else Accept-Language, else Bulgarian."""
    asked = request.query_params.get("language")
    return preferred(asked if asked is not None else request.headers.get("accept-language"))


def _identity(request: Request) -> Identity:
    identity = request.state.identity
    if not isinstance(identity, Identity):
        raise TypeError("The route does not verify who asks.")
    return identity


Reader = Annotated[Identity, Depends(_identity)]
"""The verified identity, as an argument of an endpoint."""

ReaderLanguage = Annotated[Language, Depends(reader_language)]
"""The reader's language, as an argument of an endpoint."""


def guarded_route(access: Access, secret: SecretStr, clock: Clock) -> type[APIRoute]:
    """Make the class of routes that let in whom `access` names, and answer every error as a problem."""
    guard = _guard(access, secret, clock)

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:  # FastAPI's own type: a coroutine of a Response
            original = super().get_route_handler()

            async def strict(request: Request) -> Response:
                if _is_json(request.headers.get("content-type", "")) and await request.body():
                    request._json = read_json(await request.body())  # noqa: SLF001 - Starlette's own cache of the parsed body
                return await original(request)

            return guard(self, strict)

    return GuardedRoute


def _guard(access: Access, secret: SecretStr, clock: Clock) -> Callable[[APIRoute, Handler], Handler]:
    """Make what wraps the handler of a route: it verifies who asks, lets in whom `access` names, answers errors."""

    def guard(route: APIRoute, handler: Handler) -> Handler:
        allowed = {method: access[method, route.path] for method in route.methods or ()}

        async def guarded(request: Request) -> Response:
            scope = request.scope
            header = request.headers.get(IDENTITY_HEADER)
            identity = verified_identity(header, scope["method"], scope["path"], secret, clock())
            _let_in(identity, allowed[scope["method"]])
            request.state.identity = identity
            return await handler(request)

        return answering_errors(guarded)

    return guard


def _is_json(content_type: str) -> bool:
    """Whether FastAPI would read such a body as JSON: then it must be strict, however the type is written."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def answering_errors(handler: Handler) -> Handler:
    """Wrap a handler so that whatever it raises becomes a problem; what nobody foresaw is logged and told as ours."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the client gets an answer
            return problem(_told(fault, request), reader_language(request))

    return answered


def _told(fault: Exception, request: Request) -> MegdanError:
    """What a client is told of whatever was raised."""
    if isinstance(fault, MegdanError):
        return fault
    if isinstance(fault, RequestValidationError):
        return unfit([{**each, "loc": _without_place(each["loc"])} for each in fault.errors()])
    if isinstance(fault, HTTPException):
        return _plain(fault.status_code)
    route = getattr(request.scope.get("route"), "path", "")
    log.error("request.failed", method=request.method, route=route, exc_info=fault)
    return MegdanError(_OURS)


_OURS = Text(
    bg="Нещо се обърка при нас. Опитайте отново след малко.",
    en="Something went wrong on our side. Try again in a moment.",
)


def _let_in(identity: Identity, allowed: frozenset[Role]) -> None:
    if identity.holds(*allowed):
        return
    if not identity.subject:
        raise Unauthorised(Text(bg="Влезте в профила си и опитайте отново.", en="Sign in and try again."))
    raise Forbidden(
        Text(
            bg="Вашата роля не позволява това. Ако Ви трябва, обърнете се към администратора.",
            en="This is not for your role. Ask an administrator if you need it.",
        )
    )


def _without_place(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return loc[1:] if loc and loc[0] in ("body", "query", "path", "header") else loc


def _plain(status: int) -> MegdanError:
    class Plain(MegdanError):
        pass

    Plain.status = status
    Plain.__name__ = f"Http{status}"
    Plain.title = NotFound.title if status == NotFound.status else Text(bg="Заявката не е приета", en="Not accepted")
    return Plain(
        Text(bg="Няма такъв адрес.", en="There is no such address.")
        if status == NotFound.status
        else Text(bg="Заявката не може да бъде приета в този вид.", en="The request can't be taken as it is.")
    )


def service_app(name: str, router: APIRouter, access: Access, secret: SecretStr, *, clock: Clock) -> FastAPI:
    """Build a service's application from its router; every route must be named in `access`, and nothing else."""
    app = LeanApp(title=name, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.router.route_class = guarded_route(access, secret, clock)
    declared = {
        (method, route.path) for route in router.routes if isinstance(route, APIRoute) for method in route.methods or ()
    }
    if declared != set(access):
        raise RuntimeError(f"{name}: routes and access differ: {sorted(declared ^ set(access))}")
    for route in router.routes:
        if isinstance(route, APIRoute):
            _add(app, route)
    app.serve_leanly(_guard(access, secret, clock))
    app.add_exception_handler(HTTPException, _unknown_address)
    return app


def _add(app: FastAPI, route: APIRoute) -> None:
    app.router.add_api_route(
        route.path,
        _reading_json(route.endpoint),
        methods=list(route.methods or ()),
        name=route.name,
        status_code=route.status_code,
        response_model=route.response_model,
        responses=route.responses,
        summary=route.summary,
        description=route.description,
        tags=route.tags,
        response_class=route.response_class,
        openapi_extra=route.openapi_extra,
        include_in_schema=route.include_in_schema,
    )


def _reading_json(endpoint: Callable[..., Any]) -> Callable[..., Any]:  # endpoints differ in what they take
    """Let an endpoint's bodies be strict by the rules of JSON, where a list is a tuple and a text may be a date."""
    hints = get_type_hints(endpoint, include_extras=True)
    signature = inspect.signature(endpoint)
    parameters = [
        parameter.replace(annotation=_as_json(hints.get(name, parameter.annotation)))
        for name, parameter in signature.parameters.items()
    ]

    @functools.wraps(endpoint)
    async def reading(**arguments: Any) -> Any:  # noqa: ANN401 - as the endpoint's
        return await endpoint(**arguments)

    reading.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # inspect reads it
    return reading


def _as_json(hint: Any) -> Any:  # noqa: ANN401 - any annotation
    if not (inspect.isclass(hint) and issubclass(hint, Body)):
        return hint

    def through_json(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        if isinstance(value, bytes):  # it was not called JSON, and FastAPI has left it as it came
            value = read_json(value)
        if isinstance(value, hint):
            return handler(value)
        try:
            return hint.model_validate_json(orjson.dumps(value))
        except ValidationError as fault:  # told here, since FastAPI would make each of its faults anew
            raise unfit(fault.errors(include_url=False, include_input=False)) from None

    return Annotated[hint, WrapValidator(through_json)]


async def _unknown_address(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else MegdanError.status
    return problem(_plain(status), reader_language(request))
