"""The checker: is an installation that came back what its clients' ledger says, to the last response?"""

import random
from collections import Counter
from typing import Any

import httpx

from tests.failure.callers import INDICATOR, PERIOD, Ledger, Sent, give, look, withdraw
from tests.running import ask, settle
from tests.system.test_the_loop import FED, share_of_good

Json = Any  # whatever the API answers

SERVICES = ("surveys", "monitoring", "reporting")
SURVEY, PLAN = "/surveys/vision-2020/results", "/evaluation/balchik-2014-2020"
REPEATED = 5


def check(owner: httpx.Client, public: httpx.Client, ledger: Ledger, chance: random.Random) -> None:
    """Wait for quiet, let clients repeat what they never heard of, and compare everything with what they know."""
    settle(owner)
    check_announced(owner, public)
    before = ask(owner, "GET", SURVEY)
    stored_before = _clear_up(public, ledger)

    assert _counts(before) == Counter(sent.roads for sent in stored_before)
    assert before["responses"] == len(stored_before)
    _check_values(owner, ledger)
    _check_record(owner, ledger)
    _repeat(public, ledger, chance)
    look(public, ledger)
    assert [] == ledger.complaints


def check_announced(owner: httpx.Client, public: httpx.Client) -> None:
    """The last completed step was announced: the indicator that it feeds has the figure that the public sees."""
    results = ask(public, "GET", SURVEY)
    values = ask(owner, "GET", f"/indicators/{FED}")["values"]
    expected = [round(share_of_good(results) * 100, 6)] if results["published"] else []

    assert expected == [round(each["value"], 6) for each in values if each["period"] == "2020"]


def _clear_up(public: httpx.Client, ledger: Ledger) -> list[Sent]:
    """Repeat what was never answered; return the responses that count when nobody had repeated anything yet."""
    taken_back = {
        name for name in ledger.withdrawing if not withdraw(public, ledger.given[name].receipt, perhaps_again=True)
    }
    counted = [sent for name, sent in ledger.given.items() if name not in ledger.withdrawn and name not in taken_back]
    ledger.withdrawn |= ledger.withdrawing
    ledger.withdrawing.clear()
    for response_id, sent in list(ledger.unknown.items()):
        told = give(public, response_id, sent.roads)
        counted += [sent] if told["status"] == 200 else []
        ledger.given[response_id] = Sent(sent.roads, told["receipt"])
        del ledger.unknown[response_id]
    return counted


def _counts(results: Json) -> Counter[int]:
    roads = [question for question in results["questions"] if question["id"] == "roads"]
    counts = Counter({int(each["code"]): each["count"] for question in roads for each in question["choices"]})
    return +counts


def _check_values(owner: httpx.Client, ledger: Ledger) -> None:
    """Every value that was taken is there once, in order; one that was never answered at most once, at the end."""
    values = ask(owner, "GET", f"/indicators/{INDICATOR}")["values"]
    (value,) = [each for each in values if each["period"] == PERIOD]
    entered = [each["value"] for each in (*value["history"], value) if each["value"] >= ledger.values[0]]

    assert sorted(entered) in (ledger.values[1:], [*ledger.values[1:], ledger.value_unknown])
    if ledger.value_unknown in entered:
        ledger.values.append(ledger.value_unknown)  # type: ignore[arg-type]  # it is in a list of numbers
    ledger.value_unknown = None


def _check_record(owner: httpx.Client, ledger: Ledger) -> None:
    """Chains are whole, nothing was set aside, nothing waits, and the logs never go back."""
    for name in SERVICES:
        assert [] == ask(owner, "POST", f"/operations/{name}/verify")["faults"]
        assert [] == ask(owner, "GET", f"/operations/{name}/dead-letters")["items"]
        for shard, head in ask(owner, "GET", f"/operations/{name}/status")["heads"].items():
            ledger.saw(f"{name} {shard}", head["position"])


def _repeat(public: httpx.Client, ledger: Ledger, chance: random.Random) -> None:
    """Who sends again what was answered long ago, and something else under its id, hears what was said then."""
    for response_id in chance.sample(sorted(ledger.given), min(REPEATED, len(ledger.given))):
        sent = ledger.given[response_id]
        told = give(public, response_id, 1 + sent.roads % 5)

        assert (200, sent.receipt) == (told["status"], told["receipt"])


def check_rebuilt(owner: httpx.Client) -> None:
    """Every projection, made again from the log, says the same."""
    before = _figures(owner)
    for name in SERVICES:
        for projection in ask(owner, "GET", f"/operations/{name}/status")["projections"]:
            ask(owner, "POST", f"/operations/{name}/rebuild/{projection}")

    assert before == _figures(owner)


def _figures(owner: httpx.Client) -> list[Any]:
    settle(owner)
    answers = [ask(owner, "GET", what) for what in (SURVEY, f"{SURVEY}?by=age", PLAN, f"{PLAN}/history")]
    return [{name: value for name, value in answer.items() if name != "known"} for answer in answers]
