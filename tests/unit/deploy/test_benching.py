"""The command `bench` and the table that it prints."""

import json
import os

import pytest

from deploy.cli.__main__ import run
from shared.language import Text
from tests.bench.flood import is_whole, responses
from tests.bench.measures import DEMAND, HALF, Measure, Yardstick, at_most, beside, tell
from tests.bench.responses import check_kept
from tests.bench.standing import State, usage

NAME = Text(bg="приети", en="accepted")
RAW = Text(bg="суров", en="raw")

KEYS = {"bench", "measure", "value", "unit", "yardstick", "yardstick_value", "ratio"}


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that took this process's place, if it had let them."""
    calls: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _path, arguments: calls.append(arguments[1:]))
    monkeypatch.setattr(os, "chdir", lambda _path: None)
    return calls


def test_the_command_runs_the_bench_that_is_named(replaced: list[list[str]]) -> None:
    """`bench NAME --json` runs that bench, `bench` all of them."""
    codes = [run(["bench", "latency", "--json"]), run(["bench"])]

    assert [0, 0] == codes
    assert [["-m", "tests.bench", "latency", "--json"], ["-m", "tests.bench"]] == replaced


def test_an_unknown_bench_is_wrong_usage(replaced: list[list[str]]) -> None:
    """A name that is none ends with 2, and nothing runs."""
    assert 2 == run(["bench", "everything"])
    assert [] == replaced


def test_medians_and_the_reach_of_the_ratios() -> None:
    """A measure of several rounds tells the medians, their ratio, and the least and greatest ratio of a round."""
    measure = beside("b", NAME, "1/s", [50.0, 60.0, 30.0], Yardstick(RAW, [100.0, 100.0, 50.0]), HALF)

    assert (50.0, 100.0, 0.5) == (measure.value, measure.yardstick_value, measure.ratio)
    assert (0.5, 0.6, True) == (measure.low, measure.high, measure.is_met)


def test_a_demand_that_is_missed_is_told() -> None:
    """A value over what is asked for is not met, one under it is."""
    assert [False, True] == [at_most("b", NAME, value, "ms", 100).is_met for value in (101, 100)]


def test_programs_get_the_keys_that_were_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json each measure has the promised keys, in English."""
    tell([Measure("b", NAME, 3.0, "s", DEMAND, 6.0)], as_json=True)

    (told,) = json.loads(capsys.readouterr().out)
    assert told.keys() >= KEYS
    assert ("accepted", "demand", 0.5) == (told["measure"], told["yardstick"], told["ratio"])


def test_people_get_a_table_in_their_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table's heads and measures are Bulgarian unless English is asked for."""
    tables = []
    for language in ("bg", "en"):
        monkeypatch.setenv("MEGDAN_LANGUAGE", language)
        tell([at_most("b", NAME, 3.0, "s", 2.0)], as_json=False)
        tables.append(capsys.readouterr().out)

    assert all(word in tables[0] for word in ("Мерило", "приети", "изискване", "НЕ"))
    assert all(word in tables[1] for word in ("Yardstick", "accepted", "demand", "NO"))


@pytest.mark.parametrize(
    ("refused", "stored", "counted"), [(0, 9, 10), (0, 10, 9), (1, 10, 10)], ids=["stored", "counted", "refused"]
)
def test_a_round_that_lost_something_is_no_figure(refused: int, stored: int, counted: int) -> None:
    """What was accepted must be stored and counted, and nothing refused; else there is no figure."""
    told = {"accepted": 10, "refused": refused, "first_refusal": ""}

    with pytest.raises(RuntimeError):
        check_kept(told, State(stored, counted, 0), counted)


def test_an_answer_is_whole_with_its_last_byte() -> None:
    """The generator waits for as many bytes as the head names."""
    reply = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"

    assert [False, False, True] == [is_whole(reply[:10]), is_whole(reply[:-1]), is_whole(reply)]


def test_the_generator_sends_distinct_responses() -> None:
    """Bodies come in turn, ids never twice."""
    sending = responses([b"{}", b"[]"], "run")
    requests = [next(sending) for _ in range(5)]

    assert 5 == len({request.partition(b" HTTP")[0] for request in requests})
    assert [b"{}", b"[]", b"{}", b"[]", b"{}"] == [request.rpartition(b"\r\n\r\n")[2] for request in requests]


def test_what_a_process_takes_is_read_from_outside() -> None:
    """Processor time and memory of a process are above zero and time does not go back."""
    before = usage(os.getpid())
    after = usage(os.getpid())

    assert before.rss_mb > 0
    assert after.cpu_s >= before.cpu_s > 0
