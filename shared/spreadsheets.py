"""Workbooks that people bring are read in a process of their own, with limits: a crafted file can end only that."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from shared.errors import Invalid, MegdanError, TooLarge
from shared.language import Text
from shared.tables_child import TOO_MANY_CELLS

MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_PARTS = 2_000
CHILD_TIMEOUT_S = 8

Json = Any  # what the child writes: its reader knows the shape


def read_in_child(name: str, data: bytes, child: Path, too_many: MegdanError) -> Json:
    """Have a script read a workbook and return the JSON it wrote. It may take seconds: call it in a thread.

    Raises TooLarge if the file unpacks to too much, Invalid if it can't be read, `too_many` where the child says so.
    """
    _check_unpacks(name, data)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script, nothing of the file is in the command
            [sys.executable, "-I", str(child)],
            input=data,
            capture_output=True,
            timeout=CHILD_TIMEOUT_S,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as late:
        raise _not_readable(name) from late
    if done.returncode == TOO_MANY_CELLS:
        raise too_many
    if done.returncode < 0:  # It was ended for what it took of memory or time.
        raise _unpacks_to_too_much(name)
    if done.returncode != 0:
        raise _not_readable(name)
    return json.loads(done.stdout)


def _check_unpacks(name: str, data: bytes) -> None:
    """Raise TooLarge if a workbook unpacks to more than 300 MB, as it says itself, and Invalid if it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError) as fault:  # the last for a zip of a newer kind
        raise _not_readable(name) from fault
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise _unpacks_to_too_much(name)


def _unpacks_to_too_much(name: str) -> TooLarge:
    return TooLarge(
        Text(
            bg=f"„{name}“ е малък, но се разопакова до твърде много данни. Изтрийте излишното в него или го разделете.",
            en=f"“{name}” is small, but unpacks to too much. Delete what is not needed in it, or split it.",
        )
    )


def _not_readable(name: str) -> Invalid:
    return Invalid(
        Text(
            bg=f"„{name}“ не се чете като таблица. Запишете го наново като .xlsx от Excel или LibreOffice.",
            en=f"“{name}” can't be read as a table. Open it in Excel or LibreOffice and save it again as .xlsx.",
        )
    )
