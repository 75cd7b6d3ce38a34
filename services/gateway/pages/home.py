"""The first page: the open survey that closes first, and how the plan goes."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.pages.asked import Asked
from services.gateway.pages.backend import Json
from services.gateway.pages.origins import origins_of
from services.gateway.pages.plan import all_plans, counted, ended, plan_path
from services.gateway.pages.site import Site
from services.gateway.pages.sitting import all_questions, seconds_for
from services.gateway.pages.surveys import all_surveys
from services.gateway.pages.tree import Tree, waiting


async def _open_survey(site: Site, request: Request, surveys: list[Json]) -> Json | None:
    """The open survey that closes first, whole."""
    first = next((survey for survey in surveys if survey["state"] == "open"), None)
    return await site.backend.get(request, f"/surveys/{first['id']}") if first else None


async def _has_examples(site: Site, request: Request, evaluation: Json | None) -> bool:
    """Whether example responses are among what a plan's figures are made of."""
    if not evaluation:
        return False
    origins = await origins_of(site, request, evaluation["plan"])
    return bool(origins.examples(evaluation["tree"]))


async def home(site: Site, request: Request) -> Response:
    """Invite to the open survey and show how the plan goes; the figures move by themselves."""
    surveys = await all_surveys(site, request)
    survey = await _open_survey(site, request, surveys)
    plan = next(iter(await all_plans(site, request)), None)
    evaluation = await site.backend.get(request, f"/evaluation/{quote(plan['plan'], safe='')}") if plan else None
    rows = Tree(plan["plan"], evaluation["tree"], frozenset(), Asked()).rows() if plan and evaluation else []
    parts = [f"survey={quote(survey['id'], safe='')}"] if survey else []
    parts += [f"plan={quote(plan['plan'], safe='')}"] if plan else []
    questions = all_questions(survey) if survey else []
    return site.page(
        request,
        "home.html",
        survey=survey,
        has_surveys=bool(surveys),
        questions=len(questions),
        seconds=seconds_for(questions),
        answered=survey.get("responses") if survey else None,
        plan=plan,
        evaluation=evaluation,
        ended=ended(evaluation, site.words(request)) if evaluation else None,
        waiting=waiting(evaluation["tree"]) if evaluation else 0,
        examples=await _has_examples(site, request, evaluation),
        counts=counted(evaluation) if evaluation else {},
        rows=rows,
        plan_path=plan_path,
        live=f"/api/v1/live?{'&'.join(parts)}" if parts else None,
    )
