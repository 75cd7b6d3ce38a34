"""The command line on a folder that nobody serves: each command does its work and ends with the right code."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.__main__ import run
from tests.running import ROOT, Process, load, settle

Captured = pytest.CaptureFixture[str]

PLAN = "balchik-2014-2020"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plan, its values and the survey, made once."""
    process = Process(tmp_path_factory.mktemp("loaded") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        process.start()
        with process.owner() as owner:
            load(owner)
            settle(owner)
        process.stop()
    return process.data


@pytest.fixture
def folder(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for one test; the command line speaks English."""
    monkeypatch.setenv("MEGDAN_LANGUAGE", "en")
    return Path(shutil.copytree(loaded, tmp_path / "data"))


def said(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    """Run a command with --json and return its code and what it printed."""
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_evaluate_prints_the_tree(folder: Path, capsys: Captured) -> None:
    """For people a table with every node, for programs the answer of the API."""
    assert 0 == run(["evaluate", "--plan", PLAN, "--data", str(folder)])
    table = capsys.readouterr().out
    code, answer = said(capsys, "evaluate", "--plan", PLAN, "--data", str(folder))

    assert "Coverage" in table
    assert (0, PLAN, 4) == (code, answer["plan"], len(answer["tree"]))


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "--plan", "nothing"],
        ["evaluate", "--plan", PLAN, "--as-of", "31.02.2019"],
        ["import", "indicators", "not-there.csv"],
        ["import", "responses", "not-there.csv", "--survey", "vision-2020"],
        ["rebuild", "nothing"],
        ["dead-letters", "show", "surveys", "nothing"],
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_two_and_words(folder: Path, arguments: list[str], capsys: Captured) -> None:
    """What was asked for wrongly ends with 2 and says what is wrong, without a traceback."""
    code = run([*arguments, "--data", str(folder)])

    told = capsys.readouterr().err
    assert 2 == code
    assert told
    assert "Traceback" not in told


@pytest.mark.parametrize("arguments", [["bogus"], ["evaluate"], ["import", "plan"], ["user", "add"]], ids=" ".join)
def test_wrong_usage_ends_with_two(arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An unknown command or a missing argument ends with 2."""
    monkeypatch.chdir(tmp_path)

    assert 2 == run(arguments)


def test_a_folder_without_an_installation_is_said_to_be_so(tmp_path: Path, capsys: Captured) -> None:
    """Nothing is made where nothing is: the command says how to make an installation."""
    code = run(["verify", "--data", str(tmp_path / "none")])

    assert (2, False) == (code, (tmp_path / "none").exists())
    assert "./megdan up" in capsys.readouterr().err


def test_an_import_with_a_bad_row_changes_nothing(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    """One wrong cell: row, column and cure are named, and no row of the file is stored."""
    table = tmp_path / "values.csv"
    table.write_text("indicator,period,value,source,note\npopulation,2019,19000,a,\npopulation,2018,many,a,\n")
    before = said(capsys, "evaluate", "--plan", PLAN, "--data", str(folder))[1]["position"]

    code = run(["import", "indicators", str(table), "--data", str(folder)])

    told = capsys.readouterr().err
    assert 2 == code
    assert "row 3" in told
    assert before == said(capsys, "evaluate", "--plan", PLAN, "--data", str(folder))[1]["position"]


def test_a_file_imported_twice_changes_nothing_the_second_time(folder: Path, capsys: Captured) -> None:
    """The demo's values are there already: none is recorded again, and the answer says so."""
    code, answer = said(capsys, "import", "indicators", str(ROOT / "deploy/demo/values.csv"), "--data", str(folder))

    assert (0, 0) == (code, answer[0]["recorded"])


def test_accounts_come_and_change(folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account is added with a piped password, gets another role, and is listed."""
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))
    assert 0 == run(["user", "add", "stoyanka", "--role", "officer", "--unit", "finance", "--data", str(folder)])
    assert 0 == run(["user", "role", "stoyanka", "--role", "evaluator", "--data", str(folder)])
    capsys.readouterr()

    code, users = said(capsys, "user", "list", "--data", str(folder))

    assert (0, [("stoyanka", ["evaluator"])]) == (code, [(user["user"], user["roles"]) for user in users])


def test_a_token_is_printed_once(folder: Path, capsys: Captured) -> None:
    """A token for scripts is one line that can be piped."""
    assert 0 == run(["token", "--role", "expert", "--days", "2", "--data", str(folder)])

    assert capsys.readouterr().out.startswith("megdan_")


def test_a_unit_that_no_plan_has_is_told_of(folder: Path, capsys: Captured) -> None:
    """A mistyped unit is taken, since accounts may come before the plan, but not silently; a known one is no news."""
    told = []
    for unit in ("finanse", "finance"):
        assert 0 == run(["token", "--role", "officer", "--unit", unit, "--data", str(folder)])
        told.append("no plan has a unit" in capsys.readouterr().err)

    assert [True, False] == told


def test_the_record_is_checked_and_projections_made_again(folder: Path, capsys: Captured) -> None:
    """Verify finds a whole record; rebuild makes every projection again."""
    code, found = said(capsys, "verify", "--data", str(folder))

    assert (0, []) == (code, [fault for each in found.values() for fault in each["faults"]])
    assert 0 == run(["rebuild", "--data", str(folder)])
    assert "evaluation" in capsys.readouterr().out


def test_nothing_was_set_aside(folder: Path, capsys: Captured) -> None:
    """A sound installation has no dead letters."""
    assert (0, []) == said(capsys, "dead-letters", "list", "--data", str(folder))


def test_the_doctor_finds_nothing_in_a_sound_installation(folder: Path, capsys: Captured) -> None:
    """Where nothing is wrong, nothing is said to be, and the code is 0."""
    code, findings = said(capsys, "doctor", "--data", str(folder))

    assert (0, []) == (code, [finding for finding in findings if finding["cure"]])


def test_the_doctor_names_a_damaged_file_and_open_rights(folder: Path, capsys: Captured) -> None:
    """A damaged store and a key that others can read are each named with a cure."""
    (folder / "key").chmod(0o644)
    content = bytearray((folder / "reporting.db").read_bytes())
    content[4096:20000] = b"\xff" * (20000 - 4096)
    (folder / "reporting.db").write_bytes(content)

    code, findings = said(capsys, "doctor", "--data", str(folder))

    wrong = " ".join(finding["what"] for finding in findings if finding["cure"])
    assert 1 == code
    assert "key" in wrong
    assert "reporting.db" in wrong


def test_settings_are_listed_with_their_meaning(capsys: Captured) -> None:
    """Every setting has its name, value, default and one line of help."""
    code, settings = said(capsys, "settings")

    assert 0 == code
    assert all(row["setting"].startswith("MEGDAN_") and row["meaning"] for row in settings)


def test_a_running_installation_is_reached_through_its_socket(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P-19: while a process serves the folder, commands go through its socket, and a second process is refused."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MEGDAN_LANGUAGE", "en")
    process = Process(tmp_path / "data")
    process.start()
    try:
        assert (0, []) == said(capsys, "user", "list", "--data", str(process.data))
        assert 2 == run(["up", "--data", str(process.data), "--port", "0"])
        assert process.process is not None
        assert f"process {process.process.pid}" in capsys.readouterr().err
    finally:
        process.stop()
