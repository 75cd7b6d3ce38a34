"""The attacker outside: what the API gives to anybody, kept at every moment, answers sent one by one."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from secrets import token_urlsafe

import pytest

from services.surveys.domain.public_figures import Thresholds
from tests.failure.attacker import WHOLE, Attacker, Json
from tests.failure.test_attacker import a_town, respondents
from tests.system.conftest import Town, load_balchik
from tests.system.conftest import a_town as an_installation

RESULTS = "/surveys/vision-2020/results"
CUTS = ("settlement", "age", "sex")
FED = "/indicators/satisfied_roads"


async def _seen(town: Town, weighted: str) -> Mapping[str, Json]:
    cuts = {WHOLE: "", **{cut: f"&by={cut}" for cut in CUTS}}
    return {name: await town.done(None, "GET", f"{RESULTS}?weighted={weighted}{cut}") for name, cut in cuts.items()}


def _counts(answer: Json) -> Json:
    """All counts of an answer, hidden ones too, without what is weighted in it."""
    if isinstance(answer, dict):
        kept = {
            "questions",
            "by",
            "rows",
            "row",
            "choices",
            "values",
            "code",
            "id",
            "n",
            "count",
            "hidden",
            "suppressed",
        }
        return {name: _counts(value) for name, value in answer.items() if name in kept}
    return [_counts(each) for each in answer] if isinstance(answer, list) else answer


async def test_what_the_api_shows_gives_nobody_away(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """P-69: kept over HTTP at every moment, weighted or not, cut or whole, fed values too, figures tell of nobody."""
    many = 1200 if request.config.getoption("nightly") else 70
    async with an_installation(tmp_path / "data") as town:
        await load_balchik(town)
        await _attacked(town, many)


async def _attacked(town: Town, many: int) -> None:
    attackers = {"false": Attacker(), "true": Attacker()}
    published, fed = [], []
    for row in respondents(await a_town(Thresholds()))[:many]:
        body = {"answers": dict(row.content), "channel": "web"}
        await town.done(None, "PUT", f"/surveys/vision-2020/responses/{token_urlsafe(24)}", body)
        await town.settle()
        seen = {weighted: await _seen(town, weighted) for weighted in attackers}
        for weighted, attacker in attackers.items():
            attacker.keep(seen[weighted])
        assert _counts(seen["true"]) == _counts(seen["false"])
        published.append(seen["true"][WHOLE]["published"])
        fed.append([value["value"] for value in (await town.done(None, "GET", FED))["values"]])
    moved = [later - earlier for earlier, later in pairwise(published) if later != earlier]

    for attacker in attackers.values():
        assert (set(), [], set()) == (attacker.single_answers(), attacker.records(), attacker.by_means)
    assert (True, True) == (len(moved) > 5, min(moved) >= 5)
    assert [] == [at for at in range(1, many) if fed[at] != fed[at - 1] and published[at] == published[at - 1]]
