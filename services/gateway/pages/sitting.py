"""One sitting: somebody's draft of answers to a questionnaire, and the way through its pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from services.gateway.pages.backend import Json
from services.gateway.pages.fields import Answer
from services.gateway.pages.words import Words

SECONDS = {"single": 6, "multiple": 10, "scale": 5, "number": 8, "date": 8, "text": 20, "rank": 15}
SECONDS_A_ROW = 5


def seconds_for(questions: list[Json]) -> int:
    """Say how long these questions take a first-time reader, in tens of seconds: estimated by their kinds."""
    taken = sum(
        SECONDS_A_ROW * len(question["rows"]) if question["kind"] == "matrix" else SECONDS[question["kind"]]
        for question in questions
    )
    return max(10, round(taken, -1))


def all_questions(survey: Json) -> list[Json]:
    return [question for page in survey["pages"] for question in page["questions"]]


@dataclass(frozen=True)
class Sitting:
    """A questionnaire with the draft of one response to it; pages are numbered from 1."""

    survey: Json
    response_id: str
    draft: Json

    @property
    def answers(self) -> dict[str, Answer]:
        return dict(self.draft.get("answers") or {})

    @property
    def given(self) -> dict[str, Answer]:
        """The answers to what is asked: what became irrelevant meanwhile is not sent."""
        asked = set(self.draft["asked"])
        return {name: answer for name, answer in self.answers.items() if name in asked}

    def path(self, step: int | str) -> str:
        return f"/surveys/{self.survey['id']}/answer/{self.response_id}/{step}"

    def page(self, number: int) -> Json | None:
        pages = self.survey["pages"]
        return pages[number - 1] if 1 <= number <= len(pages) else None

    def asked_on(self, number: int) -> list[Json]:
        page = self.page(number)
        asked = set(self.draft["asked"])
        return [question for question in page["questions"] if question["id"] in asked] if page else []

    def asked_pages(self) -> list[int]:
        return [number for number in range(1, len(self.survey["pages"]) + 1) if self.asked_on(number)]

    def after(self, number: int) -> int | str:
        """The next page on which something is asked, or the check of all answers."""
        return next((later for later in self.asked_pages() if later > number), "check")

    def before(self, number: int) -> int | None:
        return next((earlier for earlier in reversed(self.asked_pages()) if earlier < number), None)

    def resume(self) -> int | str:
        """Where to go on: the first page without any answer, or the check."""
        fresh = (n for n in self.asked_pages() if not any(q["id"] in self.answers for q in self.asked_on(n)))
        return next(fresh, "check")

    def number_of(self, question_id: str) -> int | None:
        """The page on which a question is asked."""
        return next((n for n in self.asked_pages() if question_id in {q["id"] for q in self.asked_on(n)}), None)

    def seconds_left(self, number: int) -> int:
        return seconds_for([question for n in self.asked_pages() if n >= number for question in self.asked_on(n)])


def _labels(question: Json, words: Words) -> dict[str, Markup]:
    return {choice["code"]: words.text(choice["text"]) for choice in question.get("choices", ())}


def _chosen(labels: Mapping[str, Markup], choice: Answer, words: Words) -> Markup:
    if isinstance(choice, Mapping):
        own = choice.get("text", "")
        return escape(words.say("друго: {text}", text=own))
    return labels.get(choice, escape(choice))


def _said(question: Json, answer: Answer, words: Words) -> Iterator[Markup]:
    labels = _labels(question, words)
    match question["kind"], answer:
        case "single", _:
            yield _chosen(labels, answer, words)
        case "multiple", list():
            yield from (_chosen(labels, choice, words) for choice in answer)
        case "rank", list():
            yield from (escape(f"{place}. ") + labels.get(code, escape(code)) for place, code in enumerate(answer, 1))
        case "matrix", Mapping():
            rows = [(row["code"], words.text(row["text"])) for row in question["rows"]]
            yield from (text + escape(f": {answer[code]}") for code, text in rows if code in answer)
        case "date", str():
            yield escape(words.day(answer))
        case _, int() | float():
            yield escape(words.number(answer))
        case _:
            yield escape(str(answer))


def answer_in_words(question: Json, answer: Answer, words: Words) -> list[Markup]:
    """Write an answer as its giver would read it back, one line a choice; nothing for an open question left alone."""
    return [] if answer is None else list(_said(question, answer, words))
