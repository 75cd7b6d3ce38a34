"""What must hold in a questionnaire beyond its shape, each with where it is broken and how to mend it."""

from collections.abc import Iterable, Iterator
from datetime import date

from services.surveys.domain.conditions import NotAnExpression, parse
from services.surveys.domain.questionnaire import (
    WITH_BOUNDS,
    WITH_CHOICES,
    WITH_ENDS,
    WITH_LENGTH,
    WITH_OTHER,
    Question,
    Questionnaire,
)
from services.surveys.domain.reading import does_not_fit, pointer, read_json
from services.surveys.domain.relevance import Listed, Literal, Name, comparisons, names
from shared.errors import FieldError
from shared.language import Text

MAX_QUESTIONS = 200
MAX_CELLS = 5_000
MAX_CHOICES = 500
MAX_MARKS = 101
_MARKED = frozenset({"scale", "matrix"})


def read_questionnaire(raw: object, least_step: int) -> Questionnaire:
    """Read a questionnaire from JSON. Raises Invalid with every fault; `least_step` is the installation's step."""
    questionnaire = read_json(Questionnaire, raw)
    errors = list(faults(questionnaire, least_step))
    if errors:
        raise does_not_fit(errors)
    return questionnaire


def faults(questionnaire: Questionnaire, least_step: int) -> Iterator[FieldError]:
    yield from _unique("/languages", questionnaire.languages)
    yield from _days(questionnaire)
    yield from _size(questionnaire)
    if questionnaire.step is not None and questionnaire.step < least_step:
        yield FieldError(
            "/step",
            Text(
                bg=f"Резултатите се обновяват най-малко през {least_step} отговора. Увеличете или махнете step.",
                en=f"Results move by {least_step} responses or more. Raise the step, or leave it out.",
            ),
        )
    yield from _weights(questionnaire)
    yield from _unique("/pages", [page.id for page in questionnaire.pages])
    yield from _questions(questionnaire)


def _days(questionnaire: Questionnaire) -> Iterator[FieldError]:
    for name, day in (("opens", questionnaire.opens), ("closes", questionnaire.closes)):
        if day is not None and not is_day(day):
            yield FieldError(
                f"/{name}", Text(bg="Няма такъв ден. Пример: 2026-05-01.", en="No such day. Example: 2026-05-01.")
            )
    if questionnaire.opens and questionnaire.closes and questionnaire.closes < questionnaire.opens:
        yield FieldError(
            "/closes", Text(bg="Краят е преди началото. Разменете ги.", en="It ends before it begins. Swap the days.")
        )


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _size(questionnaire: Questionnaire) -> Iterator[FieldError]:
    count = sum(len(page.questions) for page in questionnaire.pages)
    if not 0 < count <= MAX_QUESTIONS:
        yield FieldError(
            "/pages",
            Text(
                bg=f"Въпросите са {count}, а трябва да са от 1 до {MAX_QUESTIONS}.",
                en=f"There are {count} questions; there must be 1 to {MAX_QUESTIONS}.",
            ),
        )


def _weights(questionnaire: Questionnaire) -> Iterator[FieldError]:
    yield from _unique("/weight_to", questionnaire.weight_to)
    for at, name in enumerate(questionnaire.weight_to):
        question = questionnaire.question(name)
        if question is None or question.kind != "single":
            yield FieldError(
                pointer("weight_to", at),
                Text(
                    bg="Претегля се само по въпрос с един отговор от същата анкета. Поправете името.",
                    en="Weights go by a single-choice question of the same survey. Correct the name.",
                ),
            )
    if questionnaire.cells() > MAX_CELLS:
        yield FieldError(
            "/weight_to",
            Text(
                bg=f"Съчетанията за претегляне са {questionnaire.cells()}, над {MAX_CELLS}. Махнете въпрос.",
                en=f"Weighting makes {questionnaire.cells()} combinations, over {MAX_CELLS}. Leave out a question.",
            ),
        )


def _unique(place: str, ids: Iterable[str]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for at, name in enumerate(ids):
        if name in seen:
            yield _taken(f"{place}/{at}", name)
        seen.add(name)


def _taken(place: str, name: str) -> FieldError:
    return FieldError(
        place, Text(bg=f"„{name}“ вече се среща. Дайте друго име.", en=f"“{name}” is taken. Give it another name.")
    )


def _questions(questionnaire: Questionnaire) -> Iterator[FieldError]:
    earlier: dict[str, Question] = {}
    for number, page in enumerate(questionnaire.pages):
        yield from _relevance(pointer("pages", number, "relevant"), page.relevant, earlier)
        for at, question in enumerate(page.questions):
            place = pointer("pages", number, "questions", at)
            if question.id in earlier:
                yield _taken(f"{place}/id", question.id)
            yield from _relevance(f"{place}/relevant", question.relevant, earlier)
            yield from _question(place, question)
            earlier[question.id] = question


def _question(place: str, question: Question) -> Iterator[FieldError]:
    yield from _unique(f"{place}/choices", question.codes)
    yield from _unique(f"{place}/rows", [row.code for row in question.rows])
    yield from _belongs(place, question)
    yield from _bounds(place, question)
    yield from _lengths(place, question)


def _belongs(place: str, question: Question) -> Iterator[FieldError]:
    kind = question.kind
    for field, given, wanted in (
        ("choices", bool(question.choices), kind in WITH_CHOICES),
        ("rows", bool(question.rows), kind == "matrix"),
    ):
        if given != wanted:
            yield FieldError(f"{place}/{field}", _needed() if wanted else _needless())
    for field, given, taken in (
        ("other", question.other, kind in WITH_OTHER),
        ("low", question.low is not None, kind in WITH_BOUNDS),
        ("high", question.high is not None, kind in WITH_BOUNDS),
        ("low_text", question.low_text is not None, kind in WITH_ENDS),
        ("high_text", question.high_text is not None, kind in WITH_ENDS),
        ("minimum", question.minimum is not None, kind in WITH_LENGTH),
        ("maximum", question.maximum is not None, kind in WITH_LENGTH),
    ):
        if given and not taken:
            yield FieldError(f"{place}/{field}", _needless())
    if len(question.choices) > MAX_CHOICES or len(question.rows) > MAX_CHOICES:
        yield FieldError(
            place, Text(bg=f"Повече от {MAX_CHOICES} са твърде много.", en=f"Over {MAX_CHOICES} are too many.")
        )


def _needed() -> Text:
    return Text(bg="За този вид въпрос е нужно. Добавете го.", en="This kind of question needs it. Add it.")


def _needless() -> Text:
    return Text(bg="За този вид въпрос не важи. Махнете го.", en="This kind of question takes none. Remove it.")


def _bounds(place: str, question: Question) -> Iterator[FieldError]:
    low, high = question.low, question.high
    marked = question.kind in _MARKED
    if marked and not (isinstance(low, int) and isinstance(high, int)):
        yield FieldError(
            f"{place}/low",
            Text(bg="Скалата иска цели low и high, напр. 1 и 5.", en="A scale needs whole low and high, e.g. 1 and 5."),
        )
    elif low is not None and high is not None and low >= high:
        yield FieldError(f"{place}/high", Text(bg="high трябва да е над low.", en="High must be above low."))
    elif marked and low is not None and high is not None and high - low >= MAX_MARKS:
        yield FieldError(
            f"{place}/high",
            Text(bg=f"Скалата има най-много {MAX_MARKS} степени.", en=f"A scale has at most {MAX_MARKS} marks."),
        )


def _lengths(place: str, question: Question) -> Iterator[FieldError]:
    least, most, there = question.minimum or 0, question.maximum, len(question.codes)
    if least > (most if most is not None else there) or least > there or (most or 0) > max(there, 1):
        yield FieldError(
            f"{place}/minimum",
            Text(
                bg=f"Трябва minimum ≤ maximum ≤ броя на отговорите ({there}).",
                en=f"It must be minimum ≤ maximum ≤ the number of choices ({there}).",
            ),
        )


def _relevance(place: str, relevant: str | None, earlier: dict[str, Question]) -> Iterator[FieldError]:
    if relevant is None:
        return
    try:
        expression = parse(relevant)
    except NotAnExpression as fault:
        yield FieldError(place, fault.text)
        return
    for name in names(expression):
        question = earlier.get(name.question)
        if question is None or (name.row is not None and name.row not in [row.code for row in question.rows]):
            yield FieldError(
                place,
                Text(
                    bg=f"„{name.question}“ не е по-ранен въпрос (или няма такъв ред). Условието гледа само назад.",
                    en=f"“{name.question}” is no earlier question (or has no such row). A condition looks back only.",
                ),
            )
    for things in comparisons(expression):
        yield from _codes(place, things, earlier)


def _codes(
    place: str, things: tuple[Literal | Name | Listed, ...], earlier: dict[str, Question]
) -> Iterator[FieldError]:
    """A condition that compares with a code that nobody can choose would never hold."""
    asked = [earlier[thing.question] for thing in things if isinstance(thing, Name) and thing.question in earlier]
    known = {code for question in asked for code in question.codes}
    if not asked or any(question.kind not in WITH_CHOICES for question in asked):
        return
    for code in _literals(things):
        if code not in known:
            yield FieldError(
                place,
                Text(bg=f"„{code}“ не е код на отговор там.", en=f"“{code}” is not the code of a choice there."),
            )


def _literals(things: tuple[Literal | Name | Listed, ...]) -> Iterator[str | int | float]:
    for thing in things:
        if isinstance(thing, Literal):
            yield thing.value
        elif isinstance(thing, Listed):
            yield from (literal.value for literal in thing.values)
