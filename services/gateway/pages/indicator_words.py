"""What is said of an indicator in words: its figures with their units, its periods, where it stands."""

from services.gateway.pages.backend import Json
from services.gateway.pages.figures import NBSP
from services.gateway.pages.trajectory import year_of
from services.gateway.pages.words import Words

ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
LONGEST_UNIT = 2
"""Words of a unit that may follow a number; a longer one stands in brackets."""


def unit_of(indicator: Json, words: Words) -> str:
    text = indicator.get("unit_text")
    return words.plain(text) if text else str(indicator["unit"])


def measured(value: float, indicator: Json, words: Words) -> str:
    """Write a value with its unit: 28,5 %, 1 284 души, 1 (души), 3,94 (оценка от 2 до 6)."""
    unit, written = unit_of(indicator, words), _figure(value, indicator, words)
    if unit == "%":
        return written + (f"{NBSP}%" if words.language == "bg" else "%")
    return f"{written} ({unit})" if _is_apart(unit, value) else f"{written}{NBSP}{unit}"


def _figure(value: float, indicator: Json, words: Words) -> str:
    return words.number(value, indicator.get("decimals"))


def _is_apart(unit: str, value: float) -> bool:
    """Whether a unit can't follow a number as a word does: it is long, or a plural beside a one."""
    return len(unit.split()) > LONGEST_UNIT or (value == 1 and unit.isalpha())


def in_period(value: float, period: str, indicator: Json, words: Words) -> str:
    """Write a value and when it was: 28,5 % през 2019 г., 3,94 през 2019 г. (оценка от 2 до 6)."""
    unit, when = unit_of(indicator, words), period_words(period, words)
    if unit != "%" and _is_apart(unit, value):
        said = words.say("{value} през {period}", value=_figure(value, indicator, words), period=when)
        return f"{said} ({unit})"
    return words.say("{value} през {period}", value=measured(value, indicator, words), period=when)


def judged(indicator: Json, leaf: Json | None) -> tuple[float, str] | None:
    """Return the value that its status rests on and its period; without an evaluation, the last one that counts."""
    if leaf is not None:
        is_known = leaf.get("period") and leaf.get("value") is not None and leaf.get("state") != "given"
        return (float(leaf["value"]), leaf["period"]) if is_known else None
    counting = [value for value in indicator["values"] if value["state"] != "given"]
    last = max(counting, key=lambda value: year_of(value["period"]), default=None)
    return (float(last["value"]), last["period"]) if last else None


def message(indicator: Json, leaf: Json | None, words: Words) -> str:
    """Say in a sentence where the indicator stands by the value judged, and where it should arrive."""
    if not indicator["values"]:
        return words.say("Още няма стойности.")
    found = judged(indicator, leaf)
    if found is None:
        return _nothing_counts(indicator, leaf, words)
    now = in_period(*found, indicator, words)
    target = indicator.get("target")
    if not target or indicator.get("band"):
        return now
    goal, value = measured(float(target["value"]), indicator, words), float(target["value"])
    if len(unit_of(indicator, words).split()) > LONGEST_UNIT:
        goal = _figure(value, indicator, words)
    return words.say(
        "{now}, целта е {goal} до {period}", now=now, goal=goal, period=period_words(target["period"], words)
    )


def _nothing_counts(indicator: Json, leaf: Json | None, words: Words) -> str:
    if leaf and leaf.get("given"):
        return words.say("Още няма потвърдена стойност.")
    if any(year_of(value["period"]) > _start(indicator) for value in indicator["values"]):
        return words.say("В срока на плана няма стойност.")
    return words.say("След базовата стойност още няма друга.")


def _start(indicator: Json) -> float:
    baseline = indicator.get("baseline")
    return year_of(baseline["period"]) if baseline else 0.0


def notes(indicator: Json, leaf: Json | None, evaluation: Json | None, words: Words) -> list[str]:
    """Tell what stands beside the value judged: one that waits, one that came later, or that it is too old."""
    if leaf is None or evaluation is None:
        return []
    told = []
    if given := leaf.get("given"):
        value = in_period(float(given["value"]), given["period"], indicator, words)
        told.append(words.say("Чака потвърждение: {value}", value=value))
    if later := _later(indicator, leaf):
        value = in_period(float(later["value"]), later["period"], indicator, words)
        is_after = int(later["period"][:4]) > int(evaluation["period"]["to"])
        told.append(
            words.say("По-нова стойност: {value}, след края на плана; не влиза в оценката му", value=value)
            if is_after
            else words.say("По-нова стойност: {value}; тук не се брои", value=value)
        )
    if leaf["status"] == "no_data" and (leaf.get("stale_from") or "9999") <= evaluation["as_of"]:
        told.append(words.say("Стойността е твърде стара и не се брои от {date}", date=words.day(leaf["stale_from"])))
    return told


def _later(indicator: Json, leaf: Json) -> Json | None:
    """The newest value after the one judged, of those that do not wait for verification."""
    found = judged(indicator, leaf)
    since = max(year_of(found[1]) if found else 0.0, _start(indicator))
    after = [v for v in indicator["values"] if v["state"] != "given" and year_of(v["period"]) > since]
    return max(after, key=lambda value: year_of(value["period"]), default=None)


def period_words(period: str, words: Words) -> str:
    """Write a period: 2019 г., III тримесечие на 2019 г., 07.2019."""
    year, _, part = period.partition("-")
    if not part:
        return words.say("{year} г.", year=year).replace(" ", NBSP)
    if part.startswith("Q"):
        return words.say("{n} тримесечие на {year} г.", n=ROMAN[part[1:]], year=year)
    return f"{part}.{year}"
