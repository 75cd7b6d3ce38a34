"""The data folder: one holder, one whole key."""

from pathlib import Path

import pytest

from deploy.data_folder import DataFolder, KeyIsDamaged
from deploy.serving import PortIsTaken, listening


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    """Whoever holds the folder later gets the key that was made at first."""
    with DataFolder(tmp_path / "data").held() as first:
        pass
    with DataFolder(tmp_path / "data").held() as second:
        assert first == second


@pytest.mark.parametrize("content", ["", "\n", "abc"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: str) -> None:
    """With an empty or cut key anybody could sign; nothing starts, and the cure is told."""
    (tmp_path / "key").write_text(content)

    with pytest.raises(KeyIsDamaged, match="backup"), DataFolder(tmp_path).held():
        pass


def test_a_port_that_no_machine_has_is_refused_in_words() -> None:
    """A number out of range is told like a port that is taken."""
    with pytest.raises(PortIsTaken, match="--port"):
        listening("127.0.0.1", 99_999)
