"""What the public may see: rounded, and nothing that tells of too few people."""

import pytest

from services.surveys.domain.counted import Counted
from services.surveys.domain.estimates import estimate
from services.surveys.domain.figures import Estimate, QuestionFigures
from services.surveys.domain.hiding import PublicRule
from services.surveys.domain.publication import public
from tests.unit.surveys.estimating import Response, tallied

_TOPIC = Counted("topic", "single", ("x", "y", "z"))
_ROADS = Counted("roads", "scale", low=1, high=5)
_FINAL = PublicRule(base=5)
_HALVES = {"place": {"a": 1, "b": 1}}


def _topics(**counts: int) -> list[Response]:
    return [{"topic": code} for code, count in counts.items() for _ in range(count)]


def _shown(question: Counted, responses: list[Response], rule: PublicRule = _FINAL) -> QuestionFigures:
    return public(estimate(tallied(responses, [question]), [question], {}), rule).questions[0]


def _of(question: Counted, *answers: tuple[object, int]) -> list[Response]:
    return [{question.question_id: answer} for answer, count in answers for _ in range(count)]


def test_shares_and_means_are_rounded() -> None:
    """Shares are told to 0.001, means to 0.01."""
    figures = _shown(_ROADS, _of(_ROADS, (1, 10), (3, 10), (4, 11)))

    assert (0.323, 2.71, 1.27) == (figures.choices[0].share, figures.mean, figures.sd)


def test_weighting_is_rounded() -> None:
    """The design effect is told to 0.1, the effective number as a whole one, margins that trimming missed to 0.001."""
    responses = [*[{"place": "a"}] * 97, *[{"place": "b"}] * 6]
    raw = estimate(tallied(responses, [], ["place"]), [], _HALVES)

    weighting = public(raw).weighting

    assert weighting is not None
    assert weighting.trimmed is not None
    assert (2.0, 52.0, {"place": 0.209}) == (
        weighting.design_effect,
        weighting.effective_n,
        weighting.trimmed.margins_off,
    )


def test_untrimmed_weighting_is_rounded() -> None:
    """Weights that needed no trimming are told by their design effect alone."""
    raw = estimate(tallied([*[{"place": "a"}] * 60, *[{"place": "b"}] * 30], [], ["place"]), [], _HALVES)

    weighting = public(raw).weighting

    assert weighting is not None
    assert (1.1, 80.0, None) == (weighting.design_effect, weighting.effective_n, weighting.trimmed)


def test_a_small_option_is_hidden_with_a_cover() -> None:
    """An option of fewer than five has no figures, nor has the next smallest, lest subtraction tell it."""
    figures = _shown(_TOPIC, _topics(x=40, y=20, z=3))

    assert [("x", 40, False), ("y", None, True), ("z", None, True)] == [
        (choice.code, choice.count, choice.hidden) for choice in figures.choices
    ]
    assert (None, None, None) == (figures.choices[2].share, figures.choices[2].low, figures.choices[2].high)


def test_an_option_of_nobody_is_no_secret() -> None:
    """Zero is told as zero."""
    figures = _shown(_TOPIC, _topics(x=40, y=20))

    assert [40, 20, 0] == [choice.count for choice in figures.choices]


def test_hidden_options_take_mean_and_deviation_along() -> None:
    """P-69: with a hidden mark neither mean nor deviation is told: by the mean, three who gave a 1 could be counted."""
    figures = _shown(_ROADS, _of(_ROADS, (1, 3), (3, 30), (4, 30)))

    assert [None] * 5 == [figures.mean, figures.mean_low, figures.mean_high, figures.median, figures.sd]


def test_an_option_that_nearly_all_chose_is_hidden() -> None:
    """Of several answers, one that all but a few gave tells of these few, and is hidden; others stay."""
    question = Counted("q", "multiple", ("x", "y", "z"))

    figures = _shown(question, _of(question, (["x", "y"], 30), (["x"], 30), (["y"], 3)))

    assert [True, False, False] == [choice.hidden for choice in figures.choices]


def test_a_small_question_is_suppressed() -> None:
    """While figures move, a question with fewer than thirty answers tells nothing but their number."""
    figures = _shown(_ROADS, _of(_ROADS, (4, 29)), PublicRule())

    assert (True, 29, (), None) == (figures.suppressed, figures.n, figures.choices, figures.mean)


def test_numbers_of_few_are_left_out() -> None:
    """A number that few gave is not listed at all, since the list would tell what they answered."""
    question = Counted("q", "number")

    figures = _shown(question, _of(question, (1, 40), (2, 30), (3, 20), (9, 1)))

    assert ["1", "2"] == [value.code for value in figures.values]


def test_many_numbers_are_told_in_bins() -> None:
    """Where single numbers are given by few, bins are told instead."""
    question = Counted("q", "number")

    figures = _shown(question, _of(question, *((number, 2) for number in range(40))))

    assert () == figures.values
    assert [("0", 10), ("5", 10)] == [(part.code, part.count) for part in figures.bins[:2]]


def test_ranks_of_few_are_hidden() -> None:
    """An item that few put first, or few ranked, does not tell of them."""
    question = Counted("q", "rank", ("x", "y", "z"))

    figures = _shown(question, _of(question, (["x", "y"], 40), (["y", "x"], 20), (["x", "z"], 2)))

    assert [("x", 42, 1.32, False), ("y", 20, 1.67, False), ("z", 0, None, True)] == [
        (item.code, item.first_count, item.mean_rank, item.hidden) for item in figures.items
    ]


def test_a_small_row_of_a_matrix_is_suppressed() -> None:
    """A row that few answered tells only how many they are."""
    question = Counted("q", "matrix", rows=("r", "s"), low=1, high=3)

    figures = _shown(question, _of(question, ({"r": 2, "s": 1}, 4), ({"r": 3}, 40)))

    assert [("r", 44, False), ("s", 4, True)] == [(row.row, row.n, row.suppressed) for row in figures.rows]
    assert ((), None) == (figures.rows[1].choices, figures.rows[1].mean)


@pytest.mark.parametrize("weighted", [True, False])
def test_public_figures_of_nobody(weighted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A survey without responses is public without figures."""
    result = public(estimate([], [_TOPIC], {}, weighted=weighted))

    assert (0, True, ()) == (result.responses, result.questions[0].suppressed, result.questions[0].choices)


def test_what_is_shown_can_be_kept() -> None:
    """Public figures are the same after a round through JSON, in which what a kind does not have is left out."""
    raw = estimate(tallied(_topics(x=40, y=20), [_TOPIC]), [_TOPIC], {})

    shape = public(raw).as_json()

    assert {"id", "kind", "n", "missing", "suppressed", "choices"} == set(shape["questions"][0])
    assert shape == Estimate.model_validate(shape).as_json()
