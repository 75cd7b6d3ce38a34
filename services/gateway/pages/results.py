"""What a survey says: key facts, a chart with its table for each question, cuts by the questions it is weighted to."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.backend import Json
from services.gateway.pages.counting import as_given
from services.gateway.pages.cutting import cut_table
from services.gateway.pages.figure import Figure, Table
from services.gateway.pages.result_figures import figures_of
from services.gateway.pages.site import Site
from services.gateway.pages.sitting import all_questions
from services.gateway.pages.words import Words
from shared.errors import Conflict, Forbidden

SEE_ALL = frozenset({"expert", "evaluator"})


def _query(by: str | None, *, weighted: bool) -> str:
    parts = [f"by={quote(by, safe='')}"] if by else []
    parts += [] if weighted else ["weighted=false"]
    return "?" + "&".join(parts) if parts else ""


async def _figures(site: Site, request: Request, survey: Json, by: str | None) -> Json | None:
    weighted = request.query_params.get("weighted") != "false"
    path = f"/surveys/{survey['id']}/results{_query(by, weighted=weighted)}"
    try:
        return await site.backend.get(request, path)
    except (Conflict, Forbidden):
        return None


def _facts(results: Json, words: Words) -> list[tuple[str, str, str]]:
    """The key facts as label, figure and note."""
    facts = [(words.say("Отговорили"), words.number(results["responses"]), "")]
    published = results.get("published")
    if published is not None and published != results["responses"]:
        note = words.say("числата се обновяват на стъпки, за да пазят всеки отговор")
        facts.append((words.say("Отразени в числата"), words.number(published), note))
    facts.append((words.say("Претегляне"), *_weighting(results, words)))
    return facts


def _weighting(results: Json, words: Words) -> tuple[str, str]:
    """Whether figures are weighted, and what that costs in precision."""
    weighting = results.get("weighting")
    if not weighting:
        return words.say("Не"), ""
    effect, n = words.number(weighting["design_effect"], 1), words.number(weighting["effective_n"], 0)
    note = words.say("до преброяването; ефект {effect}, ефективен брой {n}", effect=effect, n=n)
    return words.say("Да"), note


def _cut_by(survey: Json, asked: str | None) -> Json | None:
    """The question to cut by, if it is one of those that the survey is weighted to."""
    return next((q for q in all_questions(survey) if q["id"] == asked and asked in survey.get("weight_to", ())), None)


def _parted(figures: Sequence[Figure], survey: Json) -> tuple[list[Figure], list[Figure]]:
    """Set apart who answered (the questions weighted to) from what they said."""
    who = set(survey.get("weight_to", ()))
    return [f for f in figures if f.id not in who], [f for f in figures if f.id in who]


def _cuts(survey: Json, answer: Json, by: Json, words: Words) -> dict[str, Table | None]:
    """The table of each question's cut; who answered is told as given there, too."""
    by_id, who = {question["id"]: question for question in all_questions(survey)}, survey.get("weight_to", ())
    given = {q["id"]: as_given(q) if q["id"] in who else q for q in answer["questions"]}
    return {name: cut_table(by_id[name], by, figures, words) for name, figures in given.items()}


def _sees_all(site: Site, request: Request) -> bool:
    """Whether the reader is shown every response at once, where the public sees steps."""
    person = site.frame(request).person
    return person is not None and not person.roles.isdisjoint(SEE_ALL)


async def results(site: Site, request: Request) -> Response:
    """Show a survey's results as they are public now; the page moves by itself while the survey is open."""
    survey = await site.found(request, f"/surveys/{request.path_params['survey']}")
    words = site.words(request)
    by = _cut_by(survey, request.query_params.get("by"))
    answer = await _figures(site, request, survey, by["id"] if by else None)
    said, who = _parted(figures_of(survey, answer, words), survey) if answer else ([], [])
    by_id = {question["id"]: question for question in all_questions(survey)}
    return site.page(
        request,
        "results.html",
        survey=survey,
        results=answer,
        facts=_facts(answer, words) if answer else [],
        said=said,
        who=who,
        by=by,
        cuts=_cuts(survey, answer, by, words) if answer and by else {},
        unstepped=_sees_all(site, request),
        titles={name: words.plain(question["text"]) for name, question in by_id.items()},
        weighted=request.query_params.get("weighted") != "false",
        cuttable=[by_id[name] for name in survey.get("weight_to", ()) if name in by_id],
        live=f"/api/v1/live?survey={quote(survey['id'], safe='')}" if survey["state"] == "open" else None,
    )
