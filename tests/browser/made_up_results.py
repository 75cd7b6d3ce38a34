"""A survey of every kind of question, and made-up results of any question."""

from collections.abc import Mapping
from typing import Any

from services.gateway.pages import Json

KINDS: dict[str, Any] = {  # JSON: a questionnaire
    "id": "all-kinds",
    "title": {"bg": "Всички видове въпроси"},
    "languages": ["bg", "en"],
    "opens": "2026-01-01",
    "closes": None,
    "publish": "closed",
    "weight_to": [],
    "pages": [
        {
            "id": "p1",
            "title": {"bg": "Видове", "en": "Kinds"},
            "questions": [
                {"id": "visits", "kind": "number", "text": {"bg": "Колко пъти?", "en": "How often?"}, "required": True},
                {"id": "since", "kind": "date", "text": {"bg": "Откога?", "en": "Since when?"}},
                {
                    "id": "helps",
                    "kind": "single",
                    "text": {"bg": "Какво помага?", "en": "What helps?"},
                    "other": True,
                    "required": True,
                    "choices": [{"code": "bus", "text": {"bg": "Автобус", "en": "A bus"}}],
                },
                {
                    "id": "why",
                    "kind": "text",
                    "text": {"bg": "Защо?", "en": "Why?"},
                    "relevant": "helps = 'bus'",
                },
                {
                    "id": "rates",
                    "kind": "scale",
                    "low": 1,
                    "high": 5,
                    "text": {"bg": "Колко е важно?", "en": "How important is it?"},
                    "required": True,
                },
            ],
        }
    ],
}


def made_up_share(seed: str) -> float:
    """Give a share that is the same for the same seed."""
    return (sum(seed.encode()) * 37 % 61 + 12) / 100


def asked(survey: Json, answers: Mapping[str, Any]) -> list[str]:
    """Relevance as the two expressions of these fixtures need it."""
    influence, helps = answers.get("influence"), answers.get("helps")
    holds = {"influence <= 2": influence is not None and influence <= 2, "helps = 'bus'": helps == "bus"}
    return [q["id"] for page in survey["pages"] for q in page["questions"] if holds.get(q.get("relevant", ""), True)]


def _choices(codes: list[str], n: int, seed: str) -> list[dict[str, Any]]:
    raw = [made_up_share(seed + code) for code in codes]
    shares = [part / sum(raw) for part in raw]
    return [
        {
            "code": code,
            "count": round(share * n),
            "share": round(share, 3),
            "low": round(max(share - 0.03, 0), 3),
            "high": round(share + 0.03, 3),
        }
        for code, share in zip(codes, shares, strict=True)
    ]


def _scaled(seed: str, n: int) -> dict[str, Any]:
    choices = _choices(["1", "2", "3", "4", "5"], n, seed)
    mean = round(sum(int(part["code"]) * part["share"] for part in choices), 2)
    return {"n": n, "choices": choices, "mean": mean, "mean_low": mean - 0.1, "mean_high": mean + 0.1, "median": 3}


def question_results(question: Json, by: Json | None) -> dict[str, Any]:
    """Figures for one question, by its kind."""
    n = 1100 + len(question["id"])
    base: dict[str, Any] = {
        "id": question["id"],
        "kind": question["kind"],
        "n": n,
        "missing": 10,
        "suppressed": False,
    }
    base |= _by_kind(question, n)
    if by and question["kind"] in ("scale", "single", "multiple"):
        steps = [choice["code"] for choice in question.get("choices", ())] or ["1", "2", "3", "4", "5"]
        base["by"] = [
            {"code": c["code"], "n": 300, "suppressed": False, "choices": _choices(steps, 300, c["code"]), "mean": 3.1}
            if at
            else {"code": c["code"], "n": None, "missing": None, "suppressed": True}
            for at, c in enumerate(by["choices"])
        ]
    return base


def _by_kind(question: Json, n: int) -> dict[str, Any]:
    codes = [choice["code"] for choice in question.get("choices", ())]
    match question["kind"]:
        case "scale":
            return _scaled(question["id"], n)
        case "matrix":
            return {"rows": [{"row": row["code"], **_scaled(row["code"] + "m", n)} for row in question["rows"]]}
        case "rank":
            return {"items": [_ranked(choice) for choice in _choices(codes, n, question["id"])]}
        case "single" | "multiple":
            choices = _choices(codes, n, question["id"])
            if len(codes) > 8:
                choices[-1] |= {"count": None, "share": None, "low": None, "high": None, "hidden": True}
            return {"choices": choices}
        case _:
            return {}


def _ranked(choice: dict[str, Any]) -> dict[str, Any]:
    count, first = choice["count"], choice["share"]
    return {"code": choice["code"], "n": count * 2, "mean_rank": 1.8, "first_count": count, "first": first}
