"""What listeners of different roles hear live: each only what the role may know, looked at when it is sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.gateway.live.notices import Notice
from services.gateway.live.stream import HEARTBEAT
from shared.identity import EVERYBODY, ROLES, STAFF, Role
from tests.failure.access_town import PLAN, ROADS, SURVEY, Peopled, a_filled_town, a_survey
from tests.unit.gateway.builders import Watching


@pytest.fixture
async def peopled(tmp_path: Path) -> AsyncIterator[Peopled]:
    async with a_filled_town(tmp_path / "data") as opened:
        yield opened


LISTENERS = ("citizen", "officer", "expert", "moderator", "evaluator", "administrator")


async def _listening(peopled: Peopled, query: str = "") -> dict[str, Watching]:
    streams = {}
    for name in ("visitor", *LISTENERS):
        bearer = {} if name == "visitor" else peopled.people[name].bearer
        headers = {each.lower(): value for each, value in bearer.items()}
        streams[name] = Watching(peopled.town.system.gateway, query, headers=headers)
        await streams[name].until("retry: 3000")
    return streams


async def _all_have_heard(peopled: Peopled, streams: dict[str, Watching]) -> None:
    """Wait for a notice that comes after all the others."""
    peopled.town.system.gateway.hub.tell(Notice("last", "survey", "last"))
    for stream in streams.values():
        await stream.until('data: {"survey":"last"}')
        await stream.leave()


async def test_each_role_hears_what_is_for_it_and_no_more(peopled: Peopled) -> None:
    """P-65: of notices for each role, for staff and for all, the streams of two roles differ by just theirs."""
    streams = await _listening(peopled)
    kinds: dict[str, frozenset[Role]] = {role: frozenset({role}) for role in ROLES}
    kinds |= {"staff": STAFF, "all": EVERYBODY}
    for name, roles in kinds.items():
        peopled.town.system.gateway.hub.tell(Notice("alert.raised", "plan", name, roles=roles))
    await _all_have_heard(peopled, streams)
    heard = {name: {line.split('"')[3] for line in stream.lines if "plan" in line} for name, stream in streams.items()}

    assert {
        name: {kind for kind, roles in kinds.items() if roles & {name, "visitor"}} for name in ("visitor", *LISTENERS)
    } == heard


async def test_what_really_happens_is_told_alike_and_holds_nothing(peopled: Peopled) -> None:
    """P-65: answers, steps, values and drafts are told to all roles in the same words: name and key alone."""
    streams = await _listening(peopled)
    town = peopled.town
    await town.done("expert", "POST", "/surveys/import?format=json", a_survey(survey="secret-plan"))
    for _ in range(6):
        await peopled.respond("тайните ми думи")
    value = {"value": 5, "source": "тайните ми думи", "note": "тайните ми думи"}
    (
        await peopled.people["officer"].program(peopled, "PUT", f"/indicators/{ROADS}/values/2023", value)
    ).raise_for_status()
    verify = await peopled.people["second"].program(peopled, "POST", f"/indicators/{ROADS}/values/2023/verify")
    verify.raise_for_status()
    await town.settle()
    for stream in streams.values():
        await stream.until(f'data: {{"survey":"{SURVEY}"}}')
        await stream.until(f'data: {{"plan":"{PLAN}"}}')
    await _all_have_heard(peopled, streams)
    said = {name: {line for line in stream.lines if line.strip(": ")} for name, stream in streams.items()}
    allowed = {f'data: {{"survey":"{SURVEY}"}}', f'data: {{"plan":"{PLAN}"}}', 'data: {"survey":"last"}'}
    allowed |= {"retry: 3000", "event: survey.results", "event: evaluation.changed", "event: last"}

    assert dict.fromkeys(said, allowed) == said
    assert b": \n\n" == HEARTBEAT


async def test_a_filter_narrows_and_never_widens(peopled: Peopled) -> None:
    """P-65: who asks for a survey hears of it alone, and nobody hears more by asking for more."""
    narrow = await _listening(peopled, f"survey={SURVEY}&survey=last")
    wide = await _listening(peopled, "survey=last&survey=a&plan=staff&plan=administrator&roles=administrator&event=*")
    hub = peopled.town.system.gateway.hub
    hub.tell(Notice("alert.raised", "plan", "staff", roles=STAFF))
    hub.tell(Notice("survey.results", "survey", SURVEY))
    hub.tell(Notice("survey.results", "survey", "a", roles=frozenset({"administrator"})))
    await _all_have_heard(peopled, narrow | {f"wide {name}": stream for name, stream in wide.items()})
    told = {name: [line for line in stream.lines if "staff" in line or '"a"' in line] for name, stream in wide.items()}

    assert {True} == {f'data: {{"survey":"{SURVEY}"}}' in stream.lines for stream in narrow.values()}
    assert not any("plan" in line for stream in narrow.values() for line in stream.lines)
    assert ([], [], 1, 2) == (told["visitor"], told["citizen"], len(told["expert"]), len(told["administrator"]))
