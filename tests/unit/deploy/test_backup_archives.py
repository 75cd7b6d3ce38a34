"""What is refused as an archive, before anything is written; and what is taken."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_STORED

import pytest

from deploy.backup.form import ENTRIES, MANIFEST, SPARED
from deploy.backup.reading import opened
from deploy.cli.__main__ import BAD_USAGE, run
from tests.unit.deploy.archives import (
    KEY,
    SURVEYS,
    Members,
    an_archive,
    contents,
    margins,
    members,
    spoilt,
)


def adding(name: str, body: bytes = b"") -> Callable[[Members], object]:
    def change(parts: Members) -> None:
        parts.parts[name] = body
        parts.vouch()

    return change


def vouched(body: bytes, name: str = SURVEYS) -> bytes:
    return spoilt(adding(name, body))


def without(name: str) -> bytes:
    def change(parts: Members) -> None:
        del parts.parts[name]
        if name != MANIFEST:
            parts.vouch()

    return spoilt(change)


def unvouched(body: bytes) -> bytes:
    return spoilt(lambda parts: parts.parts.update({SURVEYS: body}))


def encrypted() -> bytes:
    """Say of every member, in both its heads, that it needs a password."""
    archive = an_archive()
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive = b"".join(_flagged(head, at, piece) for piece in _cut(archive, head))
    return archive


def _cut(archive: bytes, head: bytes) -> list[bytes]:
    first, *others = archive.split(head)
    return [first, *(head + each for each in others)]


def _flagged(head: bytes, at: int, piece: bytes) -> bytes:
    return piece[:at] + bytes([piece[at] | 1]) + piece[at + 1 :] if piece.startswith(head) else piece


GOOD = an_archive()
LINE = members(GOOD).parts[SURVEYS].splitlines(keepends=True)
ENTRY = b'{"position":%d,"topic":"%b","shard":%d,"published_at":"","body":"x"}\n'

BAD = {
    "empty": b"",
    "no zip": "Това е писмо.".encode() * 100,
    "cut off": GOOD[:-100],
    "cut in half": GOOD[: len(GOOD) // 2],
    "a byte changed": GOOD.replace(GOOD[200:210], b"\0" * 10),
    "foreign": spoilt(lambda parts: parts.say(what="somebody else's backup")),
    "newer form": spoilt(lambda parts: parts.say(form=2)),
    "newer program": spoilt(lambda parts: parts.say(program="99.0.0")),
    "odd program": spoilt(lambda parts: parts.say(program="yes")),
    "no manifest": without(MANIFEST),
    "manifest of another kind": spoilt(lambda parts: parts.parts.update({MANIFEST: b"[]"})),
    "manifest too large": spoilt(lambda parts: parts.say(made_at="2" * 2_000_000)),
    "manifest with odd types": spoilt(lambda parts: parts.say(heads={"surveys": {"s/1": {"position": "1"}}})),
    "a part is missing": without(ENTRIES),
    "a part that the manifest does not name": spoilt(
        lambda parts: parts.parts.update({f"{SURVEYS[:-13]}x.jsonl": b""})
    ),
    "goes up": vouched(b"", "../../evil.jsonl"),
    "goes to the root": vouched(b"", "/etc/cron.d/evil"),
    "a service of another name": vouched(b"", "stores/forum/documents/posts.jsonl"),
    "a collection with an odd name": vouched(b"", 'stores/surveys/documents/a"; DROP TABLE x.jsonl'),
    "a program": vouched(b"", "setup.py"),
    "a part twice": members(GOOD).packed(twice=SURVEYS),
    "not packed": members(GOOD).packed(ZIP_STORED),
    "encrypted": encrypted(),
    "wrong hash": unvouched(LINE[0] + LINE[0].replace(b'"a"', b'"c"')),
    "a line more": unvouched(b"".join(LINE) + LINE[1].replace(b'"b"', b'"c"')),
    "a document twice": vouched(LINE[0] * 2),
    "documents out of order": vouched(LINE[1] + LINE[0]),
    "a document under another's name": vouched(LINE[0].replace(b'"id":"a"', b'"id":"0"', 1)),
    "a version of nothing": vouched(LINE[0].replace(b'"version":1', b'"version":0')),
    "a version that is none": vouched(LINE[0].replace(b'"version":1', b'"version":true')),
    "no document": vouched(b'{"id":"a","version":1,"body":[]}\n'),
    "no JSON": vouched(b"{\n"),
    "JSON without end": vouched(b"[" * 100_000 + b"\n"),
    "more than is said": vouched(b'{"id":"a","version":1,"body":{"id":"a"},"more":1}\n'),
    "an entry of no topic": vouched(ENTRY % (1, b"x", 0), ENTRIES),
    "an entry of no shard": vouched(ENTRY % (1, b"megdan.surveys", 12), ENTRIES),
    "an entry twice": vouched(ENTRY % (1, b"megdan.surveys", 0) * 2, ENTRIES),
    "an event that is no base64": vouched((ENTRY % (1, b"megdan.surveys", 0)).replace(b'"body"', b'"base64"'), ENTRIES),
    "documents that are none of ours": vouched(b'{"id":"a","version":1,"body":{"id":"a","odd":1}}\n'),
    "a head that the log does not have": spoilt(
        lambda parts: parts.say(heads={"surveys": {"megdan.responses/0": {"position": 1, "hash": "0" * 64}}})
    ),
}


@pytest.fixture
def keyed(tmp_path: Path) -> Path:
    """A folder with an archive's key beside it, and an empty one to restore into."""
    (tmp_path / "backup.zip.key").write_text(KEY.get_secret_value())
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_before_anything_is_written(
    keyed: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """P-28: broken, cut off, foreign, newer, odd names, double parts, wrong hash, a bomb: refused, nothing written."""
    (keyed / "backup.zip").write_bytes(BAD[name])
    before = contents(keyed)

    code = run(["restore", str(keyed / "backup.zip"), "--data", str(keyed / "data")])

    after = contents(keyed)
    after.pop("data/lock", None)  # a process was there, and is gone
    assert (BAD_USAGE, before) == (code, after)
    assert "Нещо се обърка" not in capsys.readouterr().err


def test_a_bomb_is_refused_before_it_is_unpacked(keyed: Path) -> None:
    """P-28: what would unpack to hundreds of times its size is refused by its size, and nothing is written."""
    (keyed / "backup.zip").write_bytes(vouched(b" " * (2 * SPARED)))
    before = contents(keyed)

    code = run(["restore", str(keyed / "backup.zip"), "--data", str(keyed / "data")])

    assert (BAD_USAGE, before) == (code, contents(keyed))


def test_a_good_archive_is_taken(keyed: Path) -> None:
    """P-28: what is refused above is refused for what is wrong with it: unspoilt, it is restored."""
    (keyed / "backup.zip").write_bytes(GOOD)

    code = run(["restore", str(keyed / "backup.zip"), "--data", str(keyed / "data")])

    assert (0, True) == (code, (keyed / "data" / "surveys.db").exists())


def test_an_archive_is_read_without_holding_it_whole(tmp_path: Path) -> None:
    """P-28: what unpacks to more than its manifest promises is refused at the first line too much."""
    promised = members(an_archive())
    promised.vouch()
    manifest = promised.manifest
    manifest["parts"][SURVEYS]["bytes"] -= 1
    promised.say(**manifest)
    (tmp_path / "a.zip").write_bytes(promised.packed())

    with pytest.raises(Exception, match="another size"), opened(tmp_path / "a.zip"):
        pytest.fail("it was opened")


def test_events_come_back_byte_for_byte(tmp_path: Path) -> None:
    """P-27: what a bus carries is kept as it is, even what is no text."""
    bodies = ['{"b":1, "a":"„ж“"}'.encode(), b"\xff\x00poison", b"", "\r\n\u2028".encode()]
    kept = [(at, "megdan.surveys", 3, "2026", body) for at, body in enumerate(bodies, 1)]
    (tmp_path / "a.zip").write_bytes(an_archive([margins("a")], kept=kept))

    with opened(tmp_path / "a.zip") as archive:
        assert kept == list(archive.entries())
