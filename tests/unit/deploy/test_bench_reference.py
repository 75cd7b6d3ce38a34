"""The reference programs check answers as honestly as a plain program would."""

from typing import Any

import orjson
import pytest

from tests.bench.reference.checking import Body, Misfit, checked, questions_of
from tests.bench.sampling import bodies
from tests.system.conftest import demo_json

QUESTIONS = questions_of(demo_json("vision-2020.json"))
WHO = {"settlement": "02508", "age": "30_44"}


def test_what_the_demo_would_send_fits() -> None:
    """Every response of a demo is taken as it is, in the questionnaire's order."""
    given = [Body.model_validate_json(orjson.dumps(body)).answers for body in bodies(1)]

    assert given == [checked(QUESTIONS, answers) for answers in given]


@pytest.mark.parametrize(
    "answers",
    [
        {"age": "30_44"},
        {**WHO, "settlement": "nowhere"},
        {**WHO, "roads": 6},
        {**WHO, "roads": True},
        {**WHO, "influence": 3, "heard": ["meetings"]},
        {**WHO, "importance": {"nothing": 1}},
        {**WHO, "priorities": ["roads", "roads"]},
        {**WHO, "priorities": ["roads", "water", "jobs", "care"]},
        {**WHO, "idea": 1},
        {**WHO, "unknown": "a"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(answers: dict[str, Any]) -> None:
    """A missing, wrong, unasked or unknown answer is refused."""
    with pytest.raises(Misfit):
        checked(QUESTIONS, answers)


@pytest.mark.parametrize("body", [b"{", b'{"answers": {}, "role": "expert"}', b'{"answers": {}, "channel": "fax"}'])
def test_a_body_of_another_shape_is_refused(body: bytes) -> None:
    """What is no JSON, has a field too many or an unknown channel is refused."""
    with pytest.raises(ValueError, match="validation error"):
        Body.model_validate_json(body)
