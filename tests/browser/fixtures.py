"""A backend of made-up figures in the shapes of the interface, for looking at pages without any service."""

import json
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

from services.gateway.pages import Json, Reply
from tests.browser.made_up_plan import DEMO, MadeUpPlan
from tests.browser.made_up_results import KINDS, asked, question_results

RECEIPT = "K7QF-2MXD-9RTA-P4WZ-6HJN"


class FakeBackend:
    """Answers as the services would, from memory."""

    def __init__(self) -> None:
        self.surveys: dict[str, dict[str, Any]] = {}
        for survey in (json.loads((DEMO / "vision-2020.json").read_text("utf-8")), KINDS):
            self.surveys[survey["id"]] = {**survey, "state": "open", "version": 1}
        self.surveys["vision-2020"]["example"] = True
        self.plan = MadeUpPlan()
        self.drafts: dict[str, dict[str, Any]] = {}
        self.responses: dict[str, Json] = {}
        self.responses_given = 1204
        self.withdrawn: set[str] = set()

    async def get(self, request: Request, path: str) -> Json | None:  # noqa: ARG002 - the port passes the reader's request
        """Answer from memory."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        first, *rest = parts.path.strip("/").split("/")
        return self._surveys(rest, query) if first == "surveys" else self._plans(first, rest, query)

    def _surveys(self, rest: list[str], query: dict[str, str]) -> Json | None:
        match rest:
            case [survey]:
                found = self.surveys.get(survey)
                return found and found | {"responses": self.responses_given}
            case [survey, "results"]:
                return self.results(survey, query.get("by"), query.get("weighted", "true"))
            case [survey, "drafts", response]:
                return self.draft(survey, response)
            case _:
                return {"items": list(self.surveys.values()), "next": None}

    def _plans(self, first: str, rest: list[str], query: dict[str, str]) -> Json | None:
        plan = self.plan.plan["id"]
        answers: dict[tuple[str, ...], Json] = {
            ("evaluation",): {"items": [self.plan.evaluation(None)], "next": None},
            ("evaluation", plan): self.plan.evaluation(query.get("as_of")),
            ("plans", plan): self.plan.plan,
        }
        if first == "indicators":
            return self.plan.indicator(rest[0])
        return self.plan.evidence() if "evidence" in rest else answers.get((first, *rest))

    async def send(
        self,
        request: Request,  # noqa: ARG002 - the port passes the reader's request
        method: Literal["PUT", "POST", "DELETE"],  # noqa: ARG002 - the path alone tells the writes apart here
        path: str,
        body: Json,
    ) -> Reply:
        parts = urlsplit(path)
        match parts.path.strip("/").split("/"):
            case ["surveys", survey, "drafts", response]:
                self.drafts[response] = {"answers": dict(body["answers"])}
                faults = self.faults(survey, response, parse_qs(parts.query).get("page", [""])[0], body["language"])
                return Reply(422, {"detail": "…", "errors": faults}) if faults else Reply(200, {})
            case ["surveys", _, "responses", response]:
                self.responses[response] = body
                self.drafts.pop(response, None)
                self.responses_given += 1
                return Reply(201, {"response": response, "receipt": RECEIPT})
            case ["withdrawals"] if body["receipt"] == RECEIPT:
                self.withdrawn.add(RECEIPT)
                return Reply(200, {})
            case _:
                return Reply(404, {"detail": "Не е намерено."})

    def faults(self, survey: str, response: str, page: str, language: str) -> list[dict[str, str]]:
        """What a page's questions lack."""
        whole, answers = self.surveys[survey], self.drafts[response]["answers"]
        open_ones = set(asked(whole, answers))
        texts = {"bg": "Отговорете на този въпрос.", "en": "Answer this question."}
        numbers = {"bg": "Напишете число.", "en": "Write a number."}
        found = []
        for question in next((part["questions"] for part in whole["pages"] if part["id"] == page), []):
            answer, pointer = answers.get(question["id"]), f"/answers/{question['id']}"
            if question["id"] in open_ones and question.get("required") and answer is None:
                found.append({"pointer": pointer, "message": texts[language]})
            if question["kind"] == "number" and isinstance(answer, str):
                found.append({"pointer": pointer, "message": numbers[language]})
        return found

    def draft(self, survey: str, response: str) -> Json | None:
        kept = self.drafts.get(response)
        return {**kept, "asked": asked(self.surveys[survey], kept["answers"])} if kept else None

    def results(self, survey: str, by: str | None, weighted: str) -> Json | None:
        if survey != "vision-2020":
            return None
        questions = [question for page in self.surveys[survey]["pages"] for question in page["questions"]]
        cut = next((question for question in questions if question["id"] == by), None)
        weighting = {"to": ["age", "sex"], "design_effect": 1.2, "effective_n": 983, "converged": True}
        return {
            "survey": survey,
            "responses": self.responses_given,
            "published": 1195,
            "updated_at": "2026-11-25T12:30:00Z",
            "position": "3:99",
            "weighted": weighted == "true",
            "weighting": weighting if weighted == "true" else None,
            "questions": [question_results(question, cut) for question in questions],
        }
