"""The list of surveys, the start of one, and taking an answer back."""

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.answering import UNPROCESSABLE, draft_cookie
from services.gateway.pages.backend import Json
from services.gateway.pages.forms import refusal, sent, value
from services.gateway.pages.site import Site
from services.gateway.pages.sitting import Sitting, all_questions, seconds_for

NOT_FOUND = 404
REFUSED = 400


async def all_surveys(site: Site, request: Request) -> list[Json]:
    """Every survey that the reader may see: open ones first, those that close first before the others."""
    listed = await site.backend.get(request, "/surveys") or {"items": []}
    return sorted(listed["items"], key=lambda survey: (survey["state"] != "open", survey.get("closes") or "9999"))


def is_example(survey: Json) -> bool:
    """Whether a survey's answers are examples that nobody gave."""
    return bool(survey.get("example"))


async def survey_list(site: Site, request: Request) -> Response:
    return site.page(request, "surveys.html", surveys=await all_surveys(site, request), is_example=is_example)


async def start(site: Site, request: Request) -> Response:
    """Say what a survey is for, how long it takes and what becomes of the answers."""
    survey = await site.found(request, f"/surveys/{request.path_params['survey']}")
    questions = all_questions(survey)
    return site.page(
        request,
        "start.html",
        survey=survey,
        questions=len(questions),
        seconds=seconds_for(questions),
        resume=await _resume(site, request, survey),
        saved="saved" in request.query_params,
    )


async def _resume(site: Site, request: Request, survey: Json) -> str | None:
    response_id = request.cookies.get(draft_cookie(survey["id"]), "")
    if not response_id.replace("-", "").replace("_", "").isalnum():
        return None
    draft = await site.backend.get(request, f"/surveys/{survey['id']}/drafts/{response_id}")
    if draft is None:
        return None
    sitting = Sitting(survey, response_id, draft)
    return sitting.path(sitting.resume())


async def withdrawal_form(site: Site, request: Request) -> Response:
    return site.page(request, "withdraw.html", fault=None, receipt="", done="done" in request.query_params)


async def withdraw(site: Site, request: Request) -> Response:
    """Take a response back by its receipt; one that is unknown and one taken back already get the same answer."""
    receipt = "".join(value(await sent(request), "receipt").split())
    words = site.words(request)
    if not receipt:
        fault = words.say("Напишете кода за потвърждение.")
        return site.page(request, "withdraw.html", status=UNPROCESSABLE, fault=fault, receipt="", done=False)
    reply = await site.backend.send(request, "POST", "/withdrawals", {"receipt": receipt})
    if reply.status in (NOT_FOUND, UNPROCESSABLE):
        fault = words.say("Няма отговор с този код или вече е оттеглен. Проверете кода.")
        return site.page(request, "withdraw.html", status=UNPROCESSABLE, fault=fault, receipt=receipt, done=False)
    if reply.status >= REFUSED:
        raise refusal(reply)
    return site.onward(request, "/withdraw?done=1")
