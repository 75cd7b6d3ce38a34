"""From a citizen's answer to everybody who watches, through the whole installation."""

from secrets import token_urlsafe

from tests.system.conftest import Town, load_balchik
from tests.unit.gateway.builders import Watching

ME = "/me"


async def test_a_response_is_told_to_everybody_who_watches(town: Town) -> None:
    """Within moments, by name of the survey and nothing else."""
    await load_balchik(town)
    survey = await town.done(None, "GET", "/surveys/vision-2020")
    watching = Watching(town.system.gateway, "survey=vision-2020")
    await watching.until("retry: 3000")
    answers = {
        question["id"]: _an_answer(question)
        for page in survey["pages"]
        for question in page["questions"]
        if question["required"] and not question["relevant"]
    }
    body = {"answers": answers, "channel": "web", "language": "bg"}
    await town.done(None, "PUT", f"/surveys/vision-2020/responses/{token_urlsafe(24)}", body)
    await watching.until('data: {"survey":"vision-2020"}')
    await watching.leave()

    assert ["survey.results", '{"survey":"vision-2020"}'] == watching.events[:2]


def _an_answer(question: dict[str, object]) -> object:
    choices = question.get("choices")
    first = choices[0]["code"] if isinstance(choices, list) and choices else None
    return {"single": first, "multiple": [first], "scale": question.get("low"), "number": 40, "text": "текст"}.get(
        str(question["kind"])
    )


async def test_a_persons_rights_are_those_of_the_account(town: Town) -> None:
    """An account with a password signs in; a closed one is out at once."""
    body = {"user": "maria", "password": "дълга добра парола", "roles": ["expert"]}
    user = (await town.operator.post("/users", json=body)).raise_for_status().json()["id"]
    made = await town.operator.post("/tokens", json={"roles": ["expert"], "user": user})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    before = await town.public.get(ME, headers=bearer)
    await town.operator.patch(f"/users/{user}", json={"active": False})
    after = await town.public.get(ME, headers=bearer)

    assert (200, 401) == (before.status_code, after.status_code)
