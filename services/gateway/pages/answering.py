"""Answering a survey: one group of questions a page, kept as a draft at each step; all of it without JavaScript."""

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.backend import Json, Reply
from services.gateway.pages.fields import Answer, answers_of, faults_of, field
from services.gateway.pages.forms import refusal, sent, value
from services.gateway.pages.numbers import fault_of
from services.gateway.pages.site import Site
from services.gateway.pages.sitting import Sitting, all_questions, answer_in_words
from shared.errors import NotFound
from shared.language import Text

UNPROCESSABLE = 422
REFUSED = 400
DRAFT_DAYS = 7
RECEIPT_SECONDS = 600
NO_DRAFT = Text(
    bg="Тези отговори вече са изпратени или са изтекли. Започнете анкетата отначало.",
    en="These answers were sent already or have expired. Start the survey again.",
)
DAY_SECONDS = 86_400
SHOWN_AGAIN = "private, max-age=0, must-revalidate"
"""The browser may show a page of faults again when its reader comes back to it: it can't ask for it, as it was sent."""

RECEIPT_COOKIE = "__Secure-megdan-receipt"
SAFELY: dict[str, Any] = {"httponly": True, "samesite": "lax", "secure": True}  # Any: arguments of set_cookie


def draft_cookie(survey_id: str) -> str:
    return f"__Host-megdan-draft-{survey_id}"


async def begin(site: Site, request: Request) -> Response:
    """Start a draft under an id made here, remember it in a cookie, and go to its first page."""
    survey = await site.found(request, f"/surveys/{request.path_params['survey']}")
    response_id = token_urlsafe(24)
    path = f"/surveys/{survey['id']}/drafts/{response_id}"
    reply = await site.backend.send(request, "PUT", path, {"answers": {}, "language": site.frame(request).language})
    if reply.status >= REFUSED:
        raise refusal(reply)
    onward = site.onward(request, f"/surveys/{survey['id']}/answer/{response_id}/1")
    onward.set_cookie(draft_cookie(survey["id"]), response_id, max_age=DRAFT_DAYS * DAY_SECONDS, **SAFELY)
    return onward


async def sitting_of(site: Site, request: Request) -> Sitting:
    """Find the questionnaire and the draft that an address names.

    Raises:
        NotFound: no such survey, or its draft was sent or has expired.
    """
    survey_id, response_id = request.path_params["survey"], request.path_params["response"]
    survey = await site.found(request, f"/surveys/{survey_id}")
    draft = await site.backend.get(request, f"/surveys/{survey_id}/drafts/{response_id}")
    if draft is None:
        raise NotFound(NO_DRAFT)
    return Sitting(survey, response_id, draft)


def _ask(
    site: Site, request: Request, sitting: Sitting, answers: dict[str, Answer], faults: dict[str, str]
) -> Response:
    number = int(request.path_params["number"])
    page = sitting.page(number)
    asked = sitting.asked_on(number)
    if page is None or not asked:
        raise NotFound(NO_DRAFT)
    numbers = sitting.asked_pages()
    answer = site.page(
        request,
        "answer.html",
        status=UNPROCESSABLE if faults else 200,
        sitting=sitting,
        part=page,
        here=numbers.index(number) + 1,
        of=len(numbers),
        seconds=sitting.seconds_left(number),
        before=sitting.before(number),
        fields=[field(question, answers.get(question["id"]), faults.get(question["id"])) for question in asked],
        faults=[(f"#{name}" if name else None, said) for name, said in _named(site, request, sitting, faults)],
        **({"live": None} if any(question.get("relevant") for question in page["questions"]) else {}),
    )
    if faults:
        answer.headers["cache-control"] = SHOWN_AGAIN
    return answer


async def ask(site: Site, request: Request) -> Response:
    """Ask one group of questions; what was answered before stands in its fields."""
    sitting = await sitting_of(site, request)
    return _ask(site, request, sitting, sitting.answers, {})


async def _keep(site: Site, request: Request, sitting: Sitting, answers: dict[str, Answer], page: str = "") -> Reply:
    """Save the draft; with a page, its questions are checked first."""
    path = f"/surveys/{sitting.survey['id']}/drafts/{sitting.response_id}" + (f"?page={page}" if page else "")
    reply = await site.backend.send(
        request, "PUT", path, {"answers": answers, "language": site.frame(request).language}
    )
    if reply.status >= REFUSED and reply.status != UNPROCESSABLE:
        raise refusal(reply)
    return reply


async def take(site: Site, request: Request) -> Response:
    """Take a page's answers. A question that they make relevant on the same page is asked before going on."""
    sitting, form = await sitting_of(site, request), await sent(request)
    number = int(request.path_params["number"])
    page = sitting.page(number) or {"id": "", "questions": []}
    shown = set(value(form, "shown").split())
    elsewhere = {question["id"] for question in page["questions"]}
    answers = {name: answer for name, answer in sitting.answers.items() if name not in elsewhere}
    answers |= answers_of([question for question in page["questions"] if question["id"] in shown], form)
    going = value(form, "go")
    reply = await _keep(site, request, sitting, answers, "" if going in ("back", "leave", "refresh") else page["id"])
    faults = {name: text for name, text in faults_of(reply.body).items() if name in shown or not name}
    faults |= _of_numbers(site, request, page, answers) if faults else {}
    if faults:
        return _ask(site, request, sitting, answers, faults)
    if reply.status == UNPROCESSABLE:
        await _keep(site, request, sitting, answers)
    kept = await sitting_of(site, request)
    if going == "refresh":
        return _ask(site, request, kept, answers, {})
    return site.onward(request, _where(kept, number, going, shown))


def _of_numbers(site: Site, request: Request, page: Json, answers: dict[str, Answer]) -> dict[str, str]:
    """Tell apart, in the words of the page, what is no number and what is too large a one."""
    words = site.words(request)
    numbers = [question["id"] for question in page["questions"] if question["kind"] == "number"]
    return {name: fault for name in numbers if (fault := fault_of(answers.get(name), words))}


def _where(kept: Sitting, number: int, going: str, shown: set[str]) -> str:
    if going == "leave":
        return f"/surveys/{kept.survey['id']}?saved=1"
    if going == "back":
        return kept.path(kept.before(number) or number)
    fresh = [question["id"] for question in kept.asked_on(number) if question["id"] not in shown]
    return f"{kept.path(number)}#q-{fresh[0]}" if fresh else kept.path(kept.after(number))


async def check(site: Site, request: Request) -> Response:
    """Show all answers with links to change them."""
    return _check(site, request, await sitting_of(site, request), {})


def _check(site: Site, request: Request, sitting: Sitting, faults: dict[str, str]) -> Response:
    words = site.words(request)
    rows = [
        (number, question, answer_in_words(question, sitting.answers.get(question["id"]), words))
        for number in sitting.asked_pages()
        for question in sitting.asked_on(number)
    ]
    links = [(_link(sitting, name), said) for name, said in _named(site, request, sitting, faults)]
    status = UNPROCESSABLE if faults else 200
    return site.page(request, "check.html", status=status, sitting=sitting, rows=rows, faults=links)


def _named(site: Site, request: Request, sitting: Sitting, faults: dict[str, str]) -> list[tuple[str, str]]:
    """Put the question before each message: several may lack the same."""
    words = site.words(request)
    texts = {question["id"]: words.plain(question["text"]) for question in all_questions(sitting.survey)}
    return [(name, f"{texts[name]} – {said}" if name in texts else said) for name, said in faults.items()]


def _link(sitting: Sitting, name: str) -> str | None:
    number = sitting.number_of(name)
    return f"{number}#q-{name}" if number else None


async def submit(site: Site, request: Request) -> Response:
    """Send the answers for good. The receipt goes to the next page in a short-lived cookie, never in an address."""
    sitting = await sitting_of(site, request)
    survey_id = sitting.survey["id"]
    body = {"answers": sitting.given, "channel": "web", "language": site.frame(request).language}
    reply = await site.backend.send(request, "PUT", f"/surveys/{survey_id}/responses/{sitting.response_id}", body)
    if reply.status == UNPROCESSABLE:
        return _check(site, request, sitting, faults_of(reply.body) or {"": refusal(reply).text.bg})
    if reply.status >= REFUSED:
        raise refusal(reply)
    return _thanked(site, request, sitting, reply.body)


def _thanked(site: Site, request: Request, sitting: Sitting, body: Json) -> Response:
    onward = site.onward(request, sitting.path("thanks"))
    for prefix in ("", "/en"):
        path = prefix + sitting.path("thanks")
        onward.set_cookie(RECEIPT_COOKIE, body["receipt"], max_age=RECEIPT_SECONDS, path=path, **SAFELY)
    onward.delete_cookie(draft_cookie(sitting.survey["id"]), **SAFELY)
    return onward


async def thanks(site: Site, request: Request) -> Response:
    """Thank, and show the receipt for ten minutes to whoever has just sent the answers."""
    survey = await site.found(request, f"/surveys/{request.path_params['survey']}")
    answer = site.page(request, "thanks.html", survey=survey, receipt=request.cookies.get(RECEIPT_COOKIE))
    answer.headers["cache-control"] = "no-store"
    return answer
