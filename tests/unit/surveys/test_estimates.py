"""What a survey says, kind by kind, weighted and not."""

from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.counted import Counted
from services.surveys.domain.estimates import estimate
from services.surveys.domain.inference import mean_of, median_of
from services.surveys.domain.sums import Sum
from tests.domain_cases import cases
from tests.unit.surveys.estimating import Response, said, tallied

_SEX = Counted("sex", "single", ("f", "m"))
_ROADS = Counted("roads", "scale", low=1, high=5)


def test_scale_mean() -> None:
    """A weighted mean has Student's interval with n-1 degrees of freedom, and the lower weighted median."""
    case = cases("scale_mean")[0]
    values = [
        (float(score), Sum(1, weight, weight * weight))
        for score, weight in zip(case.inputs["scores"], case.inputs["weights"], strict=True)
    ]

    mean = mean_of(values)

    assert mean is not None
    expected = [case.expected[name] for name in ("mean", "low", "high", "median")]
    assert expected == pytest.approx([mean.mean, mean.low, mean.high, median_of(values)], abs=case.tolerance)


def test_multiple_choice() -> None:
    """Shares of respondents pass one together, shares of mentions make one, and «none» is no mention."""
    case = cases("multiple_choice")[0]

    figures = said(Counted("q", "multiple", ("a", "b", "c", "none")), case.inputs["answers"])

    assert (case.expected["base"], 1) == (figures.n, figures.missing)
    assert case.expected["respondents"] == {choice.code: choice.share for choice in figures.choices}
    mentions = {choice.code: choice.mention for choice in figures.choices if choice.mention is not None}
    assert case.expected["mentions"] == pytest.approx(mentions, abs=case.tolerance)


def test_options_keep_their_order_and_unknown_ones_follow() -> None:
    """Options stand as in the questionnaire, also those nobody chose; one that it lost is still told."""
    figures = said(Counted("q", "single", ("b", "a")), ["a", "gone", "a"])

    assert [("b", 0), ("a", 2), ("gone", 1)] == [(choice.code, choice.count) for choice in figures.choices]


def test_scale_tells_marks_and_moments() -> None:
    """A scale lists all its marks, with mean, standard deviation and median."""
    figures = said(_ROADS, [1, 2, 2, 5])

    assert [1, 2, 0, 0, 1] == [choice.count for choice in figures.choices]
    assert [2.5, 3**0.5, 2.0] == pytest.approx([figures.mean, figures.sd, figures.median])


def test_a_scale_without_ends_lists_what_was_given() -> None:
    """Where the ends of a scale are not known, only marks that were given are listed, in order."""
    figures = said(Counted("q", "scale"), [10, 2, 2])

    assert [("2", 2), ("10", 1)] == [(choice.code, choice.count) for choice in figures.choices]


def test_one_answer_tells_no_spread() -> None:
    """A single answer has a mean, but neither a deviation nor an interval."""
    figures = said(_ROADS, [4])

    assert (4.0, None, None, None, 4.0) == (
        figures.mean,
        figures.sd,
        figures.mean_low,
        figures.mean_high,
        figures.median,
    )


def test_no_answer_tells_nothing() -> None:
    """Where nobody answered, shares and means are null and not zero."""
    figures = said(_ROADS, [None, None])

    assert (0, 2, None, None) == (figures.n, figures.missing, figures.mean, figures.choices[0].share)


def test_few_different_numbers_are_listed() -> None:
    """Numbers of few different values are told one by one, in order of size."""
    figures = said(Counted("q", "number"), [10, 2, 2, 0.5])

    assert [("0.5", 1), ("2", 2), ("10", 1)] == [(value.code, value.count) for value in figures.values]
    assert ((), 3.625) == (figures.bins, figures.mean)


def test_many_different_numbers_are_binned() -> None:
    """Numbers of more than 101 values are told in bins of round width, which lose nobody."""
    figures = said(Counted("q", "number"), range(-7, 200))

    assert () == figures.values
    assert ("-20", 7, -20.0, 0.0) == (
        figures.bins[0].code,
        figures.bins[0].count,
        figures.bins[0].at_least,
        figures.bins[0].below,
    )
    assert 207 == sum(part.count or 0 for part in figures.bins)


def test_dates_are_told_by_month() -> None:
    """Days are put together by month."""
    figures = said(Counted("q", "date"), ["2026-05-01", "2026-04-30", "2026-05-31"])

    assert [("2026-04", 1), ("2026-05", 2)] == [(month.code, month.count) for month in figures.values]


def test_texts_are_only_counted() -> None:
    """Of texts, only their number is told."""
    figures = said(Counted("q", "text"), ["Повече пейки", ""])

    assert {"id": "q", "kind": "text", "n": 1, "missing": 1, "suppressed": False} == figures.model_dump(
        exclude_unset=True
    )


def test_matrix_rows_have_their_own_base() -> None:
    """Each row of a matrix is told of those who answered it."""
    figures = said(Counted("q", "matrix", rows=("r", "s"), low=1, high=3), [{"r": 3, "s": 1}, {"r": 2}])

    assert [("r", 2, 2.5), ("s", 1, 1.0)] == [(row.row, row.n, row.mean) for row in figures.rows]


def test_matrix_of_codes_has_no_mean() -> None:
    """Rows whose marks are codes are told by shares."""
    figures = said(Counted("q", "matrix", choices=("yes", "no"), rows=("r",)), [{"r": "no"}, {"r": "no"}])

    assert [("yes", 0), ("no", 2)] == [(choice.code, choice.count) for choice in figures.rows[0].choices]
    assert figures.rows[0].mean is None


def test_ranks() -> None:
    """An item is told by its mean place among those who ranked it, and how many put it first."""
    figures = said(Counted("q", "rank", ("a", "b", "c")), [["a", "b"], ["b", "a"], ["a", "c"]])

    assert [("a", 3, 4 / 3, 2, 2 / 3), ("b", 2, 1.5, 1, 1 / 3), ("c", 1, 2.0, 0, 0.0)] == [
        (item.code, item.n, item.mean_rank, item.first_count, item.first) for item in figures.items
    ]


_MARGINS = {"sex": {"f": 50, "m": 50}}
_WOMAN: Response = {"sex": "f", "roads": 5}
_MAN: Response = {"sex": "m", "roads": 1}
_SKEWED = [_WOMAN] * 30 + [_MAN] * 10


def test_weighting_moves_the_figures() -> None:
    """Women answered three times as often as men; weighted, each half of the population counts as one half."""
    result = estimate(tallied(_SKEWED, [_SEX, _ROADS], ["sex"]), [_SEX, _ROADS], _MARGINS)

    sex, roads = result.questions
    assert (40, True) == (result.responses, result.weighted)
    assert result.weighting is not None
    assert [4 / 3, 30] == pytest.approx([result.weighting.design_effect, result.weighting.effective_n])
    assert [30, 0.5, 10, 0.5] == pytest.approx([figure for c in sex.choices for figure in (c.count, c.share)])
    assert roads.mean == pytest.approx(3)


def test_unweighted_is_plain() -> None:
    """Without weighting, figures are of those who answered, and no weighting is told."""
    result = estimate(tallied(_SKEWED, [_ROADS], ["sex"]), [_ROADS], _MARGINS, weighted=False)

    assert (False, None, 4.0) == (result.weighted, result.weighting, result.questions[0].mean)


def test_cut_by_a_weighting_question() -> None:
    """A cut tells the same question for each code, with the weights of the whole."""
    responses = [*_SKEWED, {"sex": "f", "roads": 4}, {"roads": 3}]

    result = estimate(tallied(responses, [_ROADS], ["sex"]), [_ROADS], _MARGINS, by="sex")

    assert [("f", 31, pytest.approx(154 / 31)), ("m", 10, 1.0)] == [
        (cut.code, cut.n, cut.mean) for cut in result.questions[0].by
    ]


def test_rows_of_a_cut_list_the_same_options() -> None:
    """What only others answered is listed in each row, so that rows can be set side by side."""
    topic = Counted("topic", "single", ("a",))
    responses: list[Response] = [{"sex": "f", "topic": "gone"}, {"sex": "m", "topic": "a"}]

    result = estimate(tallied(responses, [topic], ["sex"]), [topic], {}, by="sex")

    assert [["a", "gone"], ["a", "gone"]] == [[c.code for c in cut.choices] for cut in result.questions[0].by]


def test_cut_by_another_question_is_refused() -> None:
    """Tallies know only the weighting questions together with the others."""
    with pytest.raises(ValueError, match="not tallied by"):
        estimate(tallied(_SKEWED, [_ROADS], ["sex"]), [_ROADS], {}, by="roads")


def test_nobody_has_answered_yet() -> None:
    """A survey without responses has an estimate that claims nothing."""
    result = estimate([], [_ROADS], _MARGINS, by="sex")

    roads = result.questions[0]
    assert (0, False, 0, None, ()) == (result.responses, result.weighted, roads.n, roads.mean, roads.by)


def test_weighting_to_nothing_is_told() -> None:
    """Where too few respondents leave nothing to weight to, figures are plain, and the estimate says why."""
    result = estimate(tallied([_WOMAN] * 9, [_ROADS], ["sex"]), [_ROADS], _MARGINS)

    assert result.weighting is not None
    assert (False, (), ("sex",)) == (result.weighted, result.weighting.to, result.weighting.dropped)


_RESPONSES = st.lists(
    st.fixed_dictionaries(
        {"sex": st.sampled_from(["f", "m", None]), "age": st.sampled_from(["y", "o"]), "roads": st.integers(1, 5)}
    ),
    max_size=60,
)
_AGE = Counted("age", "single", ("y", "o"))
_TWO_MARGINS = {"sex": {"f": 52, "m": 48}, "age": {"y": 30, "o": 70}}


@given(_RESPONSES, st.randoms(use_true_random=False))
def test_order_of_tallies_is_no_matter(responses: list[Response], random: Random) -> None:
    """The same tallies in any order give the same figures, to the last bit."""
    tallies = tallied(responses, [_SEX, _AGE, _ROADS], ["sex", "age"])
    questions = [_SEX, _AGE, _ROADS]

    figures = estimate(tallies, questions, _TWO_MARGINS, by="sex").as_json()

    random.shuffle(tallies)
    assert orjson.dumps(figures) == orjson.dumps(estimate(tallies, questions, _TWO_MARGINS, by="sex").as_json())


@given(_RESPONSES)
def test_shares_stay_in_their_intervals(responses: list[Response]) -> None:
    """Each share lies in its interval, which lies between none and all; shares of one answer sum to one."""
    tallies = tallied(responses, [_SEX, _AGE, _ROADS], ["sex", "age"])

    roads = estimate(tallies, [_ROADS], _TWO_MARGINS).questions[0]

    ends = [(end or 0.0) for c in roads.choices for end in (0.0, c.low, c.share, c.high)]
    assert all(sorted(ends[at : at + 4]) == ends[at : at + 4] and ends[at + 3] <= 1 for at in range(0, len(ends), 4))
    assert (1.0 if responses else 0.0) == pytest.approx(sum(c.share or 0 for c in roads.choices))
