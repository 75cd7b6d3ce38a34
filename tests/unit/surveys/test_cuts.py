"""What the public may see of a cut: nothing that its rows and totals together tell of too few people."""

from hypothesis import given
from hypothesis import strategies as st

from services.surveys.domain.counted import Counted
from services.surveys.domain.estimates import Tallied, counts_of, estimate, estimate_row
from services.surveys.domain.figures import CutFigures, QuestionFigures
from services.surveys.domain.hiding import PublicRule
from services.surveys.domain.publication import public, public_row
from services.surveys.domain.suppression import bridges, with_totals
from tests.unit.surveys.estimating import Response, tallied

_PLACES = ("a", "b", "c")
_TOPIC = Counted("topic", "single", ("x", "y", "z"))
_ROADS = Counted("roads", "scale", low=1, high=5)
_FINAL = PublicRule(base=5)


def _cut(sizes: dict[str, dict[str, int]], question: Counted = _TOPIC) -> QuestionFigures:
    responses: list[Response] = [
        {"place": place, question.question_id: code}
        for place, counts in sizes.items()
        for code, n in counts.items()
        for _ in range(n)
    ]
    raw = estimate(tallied(responses, [question], ["place"]), [question], {}, by="place")
    return public(raw, _FINAL).questions[0]


def test_a_small_row_of_a_cut_is_withheld_with_a_second() -> None:
    """A row under thirty is not told, and neither is the next larger, since the total would tell it."""
    figures = _cut({"a": {"x": 50, "y": 50}, "b": {"x": 20, "y": 20}, "c": {"x": 10, "y": 9}})

    assert [False, True, True] == [cut.suppressed for cut in figures.by]
    assert [100, 40, 19] == [cut.n for cut in figures.by]


def test_a_tiny_row_does_not_even_tell_its_size() -> None:
    """How many answered is hidden, too, where they are fewer than five."""
    figures = _cut({"a": {"x": 50, "y": 50}, "b": {"x": 30, "y": 30}, "c": {"x": 3}})

    assert [100, None, None] == [cut.n for cut in figures.by]


def test_a_withheld_row_is_covered_in_each_column() -> None:
    """No cell of a withheld row can be had by subtracting the other rows from the total, even if it is not small."""
    figures = _cut({"a": {"x": 50, "y": 50}, "b": {"x": 40, "y": 40}, "c": {"x": 10, "y": 10}, "": {"x": 9}})

    assert [[50, 50, 0], [None, None, 0], []] == [[choice.count for choice in cut.choices] for cut in figures.by]


def test_a_small_cell_is_hidden_with_its_cover() -> None:
    """A small cell takes three others along, so that neither rows nor columns tell it."""
    figures = _cut({"a": {"x": 20, "y": 15, "z": 3}, "b": {"x": 18, "y": 9, "z": 12}, "c": {"x": 30, "y": 22, "z": 17}})

    assert [[20, None, None], [18, None, None], [30, 22, 17]] == [[c.count for c in cut.choices] for cut in figures.by]


def test_means_go_with_hidden_cells() -> None:
    """A row of a cut with a hidden mark has no mean, one without keeps it."""
    scale = {place: dict.fromkeys((1, 2, 3, 4, 5), 10) for place in _PLACES}
    scale["a"][5] = 2
    responses: list[Response] = [
        {"place": place, "roads": mark} for place, marks in scale.items() for mark, n in marks.items() for _ in range(n)
    ]
    raw = estimate(tallied(responses, [_ROADS], ["place"]), [_ROADS], {}, by="place")

    figures = public(raw, _FINAL).questions[0]

    hides = [any(choice.hidden for choice in cut.choices) for cut in figures.by]
    assert [True, True, False] == hides
    assert hides == [cut.mean is None for cut in figures.by]


def test_the_mean_of_all_stays_when_it_is_cut() -> None:
    """Cutting hides nothing of the whole that is not hidden without a cut, if no cell needs it."""
    marks = ((1, 3), (2, 20), (3, 40), (4, 40), (5, 40))
    responses: list[Response] = [
        {"place": place, "roads": mark} for place in _PLACES for mark, n in marks for _ in range(n)
    ]
    tallies = tallied(responses, [_ROADS], ["place"])

    cut, whole = (public(estimate(tallies, [_ROADS], {}, by=by), _FINAL).questions[0] for by in ("place", None))

    assert (whole.mean, whole.choices) == (cut.mean, cut.choices)


def test_firsts_are_cut_like_options() -> None:
    """A small number of firsts in a row of a cut is hidden with its cover, mean places of enough people stay."""
    question = Counted("q", "rank", ("x", "y"))
    responses: list[Response] = [
        {"place": place, "q": ["x", "y"] if at < first else ["y", "x"]}
        for place, first in (("a", 37), ("b", 20), ("c", 20))
        for at in range(40)
    ]
    raw = estimate(tallied(responses, [question], ["place"]), [question], {}, by="place")

    cuts = public(raw, _FINAL).questions[0].by

    assert [[None, None], [None, None], [20, 20]] == [[item.first_count for item in cut.items] for cut in cuts]
    assert [1.07, 1.93] == [item.mean_rank for item in cuts[0].items]


def test_a_small_row_of_a_cut_matrix_is_withheld() -> None:
    """Where few of a place answered a row of a matrix, that row tells only how many they are."""
    question = Counted("q", "matrix", rows=("r", "s"), low=1, high=2)
    responses: list[Response] = [
        {"place": place, "q": {"r": 1 + at % 2, **({"s": 1} if at < few else {})}}
        for place, few in (("a", 10), ("b", 12), ("c", 60))
        for at in range(60)
    ]
    raw = estimate(tallied(responses, [question], ["place"]), [question], {}, by="place")

    cuts = public(raw, _FINAL).questions[0].by

    assert [(False, True), (False, True), (False, False)] == [tuple(r.suppressed for r in cut.rows) for cut in cuts]


def test_a_matrix_is_cut_row_by_row() -> None:
    """Each row of a matrix is a table of its own when it is cut."""
    question = Counted("q", "matrix", rows=("r", "s"), low=1, high=2)
    responses: list[Response] = [
        {"place": place, "q": {"r": mark, "s": 1}}
        for place, ones in (("a", 38), ("b", 20), ("c", 20))
        for mark in [1] * ones + [2] * (40 - ones)
    ]
    raw = estimate(tallied(responses, [question], ["place"]), [question], {}, by="place")

    cuts = public(raw, _FINAL).questions[0].by

    assert [[None, None], [None, None], [20, 20]] == [[c.count for c in cut.rows[0].choices] for cut in cuts]
    assert [[40, 0]] * 3 == [[c.count for c in cut.rows[1].choices] for cut in cuts]


def _row(responses: list[Response], code: str, question: Counted = _TOPIC) -> CutFigures:
    tallies = tallied(responses, [question], ["place"])
    known = Tallied(tallies)
    rows = estimate_row(known, [question], {}, "place", code)
    return public_row([question], rows, counts_of(known, [question]))[question.question_id]


def test_a_row_alone_is_hidden_by_its_own_counts() -> None:
    """While a survey is open, a row is told on a base of thirty, without its small options and their cover."""
    responses: list[Response] = [
        *[{"place": "a", "topic": "x"}] * 30,
        *[{"place": "a", "topic": "y"}] * 2,
        *[{"place": "b", "topic": "x"}] * 29,
    ]

    rows = [_row(responses, code) for code in ("a", "b")]

    assert [False, True] == [row.suppressed for row in rows]
    assert [True, True, False] == [choice.hidden for choice in rows[0].choices]


def test_a_row_alone_hides_what_tells_of_the_rest() -> None:
    """What few outside the row chose is hidden in it, since subtracting it from the whole would tell."""
    responses: list[Response] = [
        {"place": place, "topic": topic}
        for place, counts in (("a", {"x": 20, "y": 15, "z": 12}), ("b", {"x": 20, "y": 15, "z": 1}))
        for topic, count in counts.items()
        for _ in range(count)
    ]

    row = _row(responses, "a")

    assert [20, None, None] == [choice.count for choice in row.choices]


def test_numbers_are_too_fine_for_a_row() -> None:
    """A row of a cut tells the mean of a number, and no single number."""
    question = Counted("q", "number")
    responses: list[Response] = [{"place": place, "q": at % 3} for place in "ab" for at in range(60)]

    row = _row(responses, "a", question)

    assert ((), (), 1.0) == (row.values, row.bins, row.mean)


def test_a_row_of_a_matrix_hides_what_tells_of_the_rest() -> None:
    """The same in each row of a matrix."""
    question = Counted("q", "matrix", rows=("r", "s"), low=1, high=3)
    responses: list[Response] = [
        {"place": place, "q": {"r": 1 + at % few, "s": 1 + at % 2}}
        for place, few in (("a", 3), ("b", 2))
        for at in range(60)
    ]
    responses.append({"place": "b", "q": {"r": 3, "s": 1}})

    row = _row(responses, "a", question)

    assert [[None, 20, None], [30, 30, 0]] == [[choice.count for choice in each.choices] for each in row.rows]


_TABLES = st.lists(st.lists(st.integers(0, 25), min_size=3, max_size=3), min_size=2, max_size=3)


@given(_TABLES, st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_no_small_group_can_be_read_from_a_cut(table: list[list[int]], elsewhere: list[int]) -> None:
    """Subtracting all that a final cut shows gives no cell under five or of a withheld row that could be covered."""
    rows = dict(zip((*_PLACES[: len(table)], ""), [*table, elsewhere], strict=True))

    figures = _cut({place: dict(zip("xyz", counts, strict=True)) for place, counts in rows.items()})

    if not figures.suppressed and figures.by:
        assert _worked_out(figures, [rows[cut.code] for cut in figures.by], elsewhere) == set()


def _worked_out(figures: QuestionFigures, rows: list[list[int]], elsewhere: list[int]) -> set[tuple[int, int]]:
    """The secret cells that an attacker works out although a further hidden cell could have prevented it."""
    counts = with_totals([*rows, elsewhere])
    hidden = {(len(rows), column) for column in range(4)}
    hidden |= {(len(rows) + 1, at) for at, choice in enumerate(figures.choices) if choice.hidden}
    for at, cut in enumerate(figures.by):
        told = {int("xyz".index(choice.code)) for choice in cut.choices if not choice.hidden}
        hidden |= {(at, column) for column in range(3) if column not in told}
        hidden |= {(at, 3)} if cut.n is None else set()
    hidden = {(row, column) for row, column in hidden if counts[row][column]}
    everything = {(r, c) for r, line in enumerate(counts) for c, n in enumerate(line) if n} - {(len(rows) + 1, 3)}
    withheld = {at for at, cut in enumerate(figures.by) if cut.suppressed}
    found = {(r, c) for r, c in bridges(hidden, len(counts)) if r < len(rows) and c < 3}
    found = {(r, c) for r, c in found if counts[r][c] < 5 or r in withheld}
    return found - bridges(everything, len(counts))
