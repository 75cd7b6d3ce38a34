"""What the documents say is what the program does."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import pytest
from cyclopts import App
from pydantic_settings import BaseSettings

from deploy.cli.__main__ import command_line
from shared.events.base import Event
from shared.events.registry import CONTRACTS
from shared.identity import ROLES
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
SERVICES = ("surveys", "monitoring", "reporting", "gateway")
HEADINGS = ("what it owns", "http", "events out", "events in", "collections", "settings")

_HIDDEN = re.compile(r"(^|/)\.")
DOCUMENTS = [path for path in sorted(ROOT.rglob("*.md")) if not _HIDDEN.search(path.relative_to(ROOT).as_posix())]
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _said(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _table(document: str, head: str) -> dict[str, list[str]]:
    """Read the rows of the table whose first column has this head, by what stands in that column."""
    lines = iter(_said(document).splitlines())
    rows: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith(f"| {head} |"):
            next(lines)
            for row in takewhile(lambda each: each.startswith("|"), lines):
                first, *others = (cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1])
                rows[first] = others
    return rows


def _settings() -> Iterator[tuple[str, str]]:
    kinds: list[type[BaseSettings]] = [
        Settings,
        *(import_module(f"services.{name}.settings").Settings for name in SERVICES),
    ]
    for kind in kinds:
        for name, field in kind.model_fields.items():
            yield (
                f"{kind.model_config.get('env_prefix', '')}{name}".upper(),
                _shown(None if field.default_factory else field.default),
            )


def _shown(default: object) -> str:
    """Write a default as one sets it: lists with commas, nothing for none."""
    if isinstance(default, tuple):
        return ", ".join(str(each) for each in default)
    return "" if default is None else str(default)


def _consumers(contract: type[Event]) -> str:
    """Tell the services that name a contract where they take events in."""
    places = {name: _sources(name, "live" if name == "gateway" else "handlers") for name in SERVICES}
    return ", ".join(name for name, code in places.items() if re.search(rf"\b{contract.__name__}\b", code)) or "–"


def _sources(service: str, room: str) -> str:
    folder = ROOT / "services" / service
    return "\n".join(path.read_text("utf-8") for path in [*folder.glob(f"{room}.py"), *folder.glob(f"{room}/*.py")])


def _commands(app: App, before: str = "") -> Iterator[str]:
    for name in app:
        if not name.startswith("-"):
            yield f"{before}{name}"
            yield from _commands(app[name], f"{before}{name} ")


def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", _without_code(path.read_text("utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _broken(path: Path) -> Iterator[str]:
    for link in _LINK.findall(_without_code(path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            yield link


def test_each_event_is_told() -> None:
    """The table of events names each type with its maker and its consumers, and no other."""
    told = {name: (row[0], row[1]) for name, row in _table("docs/architecture.md", "event").items()}

    assert {each.TYPE: (each.TYPE.split(".")[2], _consumers(each)) for each in CONTRACTS} == told


def test_each_setting_is_told() -> None:
    """The operator's guide names each setting with its default, and no other."""
    told = {name: row[0] for name, row in _table("docs/operator.md", "setting").items()}

    assert dict(_settings()) == told


def test_each_log_line_is_told() -> None:
    """The operator's guide says what each log line means, and names no other."""
    code = "\n".join(
        path.read_text("utf-8") for part in ("services", "shared", "deploy") for path in (ROOT / part).rglob("*.py")
    )
    names = re.findall(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"([\w.-]+)\"", code)
    told = _table("docs/operator.md", "event")

    assert sorted(set(names)) == sorted(told)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_explained(role: str) -> None:
    """The operator's guide says what each role may do."""
    assert _table("docs/operator.md", "role").get(role)


@pytest.mark.parametrize("command", sorted(_commands(command_line())))
def test_each_command_is_named(command: str) -> None:
    """README or the operator's guide shows each command."""
    assert re.search(rf"\./megdan {re.escape(command)}\b", _said("README.md") + _said("docs/operator.md"))


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_says_what_it_is(service: str) -> None:
    """A service's README has the same heads as the others, in the same order."""
    heads = re.findall(r"^## (.+)$", _said(f"services/{service}/README.md").lower(), flags=re.MULTILINE)

    assert [*HEADINGS] == [head for head in heads if head in HEADINGS]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """Each relative link of a document leads to a file, and to a head in it."""
    assert [] == list(_broken(path))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_are_there(path: Path) -> None:
    """Each file or folder of ours that a document names is there."""
    named = re.findall(r"`((?:services|shared|deploy|tests|docs)/[\w./-]*)`", path.read_text("utf-8"))

    assert [] == [name for name in named if not (ROOT / name).exists()]


def test_the_guides_say_the_same() -> None:
    """The guides in both languages have the same parts."""
    depths = [re.findall(r"^#+", _said(f"docs/guide.{language}.md"), flags=re.MULTILINE) for language in ("bg", "en")]

    assert depths[0] == depths[1]


def test_each_decision_is_listed() -> None:
    """The list of decisions names each page."""
    pages = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))

    assert pages == _LINK.findall(_said("docs/decisions/README.md"))


@pytest.mark.parametrize("lock", ["runtime", "tests"])
def test_a_lock_names_hashes_and_no_registry(lock: str) -> None:
    """Every library of a lock has a hash; where it comes from is up to the machine."""
    said = _said(f"deploy/locks/{lock}.txt")
    entries = re.findall(r"^[\w.\-\[\]]+==.*(?:\n    .*)*", said, flags=re.MULTILINE)

    assert ([], []) == (
        [each for each in entries if "--hash=sha256:" not in each],
        re.findall(r"https?://|--index", said),
    )
