"""What is wrong with an installation, and how to mend it. Looks, and changes nothing."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.data_folder import DataFolder
from shared.language import Text
from shared.sqlite_health import fault_of, library, library_is_sound

LEAST_FREE_BYTES = 500 * 1024 * 1024
STORES = ("surveys", "monitoring", "reporting", "gateway", "bus")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `cure` is None where all is well."""

    what: Text
    cure: Text | None = None


def examine(folder: DataFolder, now: Callable[[], datetime]) -> list[Finding]:
    """Look at the machine and the data folder, worst things among what can be seen from outside of the process."""
    findings = [_python(), _sqlite(), _clock(folder.path, now()), _space(folder.path)]
    if folder.path.is_dir() and not os.access(folder.path, os.R_OK | os.X_OK):
        what = Text(bg=f"папка с данни {folder.path}", en=f"data folder {folder.path}")
        findings.append(Finding(what, folder.not_ours().text))
    elif folder.path.is_dir():
        findings += [_closed(folder.path, "папката с данните", "the data folder"), *_keys(folder), *_stores(folder)]
    else:
        findings.append(
            Finding(
                Text(bg=f"папка с данни {folder.path}", en=f"data folder {folder.path}"),
                Text(
                    bg="Папката още не съществува. Създайте я с ./megdan up.",
                    en="Not there yet: make it with ./megdan up.",
                ),
            )
        )
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(Text(bg=f"Python {version}", en=f"Python {version}"))


def _sqlite() -> Finding:
    cure = Text(
        bg="Тази версия може да повреди данни. Изтрийте папката .venv и пуснете ./megdan отново.",
        en="This version can corrupt data. Delete the folder .venv and run ./megdan again.",
    )
    return Finding(Text(bg=f"SQLite {library()}", en=f"SQLite {library()}"), None if library_is_sound() else cure)


def _clock(path: Path, now: datetime) -> Finding:
    newest = max((file.stat().st_mtime for file in path.glob("*.db*")), default=0.0)
    ahead_s = newest - now.timestamp()
    cure = Text(
        bg="Часовникът изостава: в данните има по-късно време. Включете сверяване (timedatectl set-ntp true).",
        en="The clock is behind: data were written in the future. Switch synchronising on (timedatectl set-ntp true).",
    )
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Finding(Text(bg=f"часовник {moment}", en=f"clock {moment}"), cure if ahead_s > 60 else None)  # noqa: PLR2004 - a minute


def _space(path: Path) -> Finding:
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    cure = Text(
        bg="Остава малко място. Освободете или преместете папката с данните; записаното е цяло.",
        en="Little space is left. Free some or move the data folder; what was saved is whole.",
    )
    shown = f"{free / 1024**3:.1f} GiB"
    what = Text(bg=f"свободно място {shown}", en=f"free space {shown}")
    return Finding(what, cure if free < LEAST_FREE_BYTES else None)


def _closed(path: Path, bg: str, en: str) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    right = "700" if path.is_dir() else "600"
    cure = Text(bg=f"Други могат да четат: chmod {right} {path}", en=f"Others can read it: chmod {right} {path}")
    return Finding(Text(bg=f"права на {bg}", en=f"rights of {en}"), cure if mode & 0o077 else None)


def _keys(folder: DataFolder) -> Iterator[Finding]:
    key = folder.path / "key"
    if key.exists():
        yield _closed(key, "ключа", "the key")
    if not os.access(folder.path, os.W_OK):
        yield Finding(
            Text(bg="запис в папката", en="writing in the folder"),
            Text(bg=f"Този потребител не може да пише в {folder.path}.", en=f"This user can't write in {folder.path}."),
        )


def _stores(folder: DataFolder) -> Iterator[Finding]:
    for name in STORES:
        path = folder.store(name)
        if path.exists():
            fault = fault_of(path)
            cure = Text(
                bg=f"Файлът е повреден ({fault}). Възстановете от последното копие.",
                en=f"The file is damaged ({fault}). Restore the last backup.",
            )
            yield Finding(Text(bg=f"файл {path.name}", en=f"file {path.name}"), cure if fault else None)
