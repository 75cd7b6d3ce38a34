"""Is a SQLite file whole, and is the library that reads it one that keeps it so."""

from pathlib import Path

import apsw

OLDEST = (3, 51, 3)
"""The first SQLite whose write-ahead log can't corrupt a file when it starts over (repaired in 3.51.3)."""


def library() -> str:
    """The version of the SQLite library in use."""
    return apsw.sqlite_lib_version()


def library_is_sound() -> bool:
    return tuple(map(int, library().split("."))) >= OLDEST


def fault_of(path: Path) -> str | None:
    """Tell what is wrong with a file, or None; reads it and changes nothing."""
    try:
        connection = apsw.Connection(f"file:{path}?mode=ro", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            (said,) = next(iter(connection.execute("PRAGMA quick_check(1)")))
        finally:
            connection.close()
    except apsw.Error as fault:
        return type(fault).__name__
    return None if said == "ok" else str(said)
