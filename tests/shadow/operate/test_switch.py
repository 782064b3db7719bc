"""The kill switch is a file: whoever looks, sees the same."""

import asyncio
import logging
from pathlib import Path

import pytest

from crossfade.shadow.operate.switch import FILE_NAME, Off, Switch, read_off, turn_off, turn_on

OFF = Off(by="ada", at=1000.5, reason="the disk is full: 98 %")


def test_off_and_on(tmp_path: Path) -> None:
    """What was written is read; on again leaves nothing behind."""
    folder = tmp_path / "new"
    assert read_off(folder) is None
    turn_off(folder, OFF)
    assert read_off(folder) == OFF
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
    turn_on(folder)
    assert read_off(folder) is None
    assert list(folder.iterdir()) == []


def test_on_where_it_is_on(tmp_path: Path) -> None:
    """It may be said twice."""
    turn_on(tmp_path)
    assert read_off(tmp_path) is None


def test_the_last_word_counts(tmp_path: Path) -> None:
    """A second off replaces who and why."""
    turn_off(tmp_path, Off(by="bob", at=1.0, reason=""))
    turn_off(tmp_path, OFF)
    assert read_off(tmp_path) == OFF


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"by": "ada"}', b'{"by": 1, "at": "x", "reason": 2}', b"\xff"])
def test_in_doubt_it_is_off(tmp_path: Path, content: bytes) -> None:
    """An empty file made by hand, or one that makes no sense, stops mirroring."""
    (tmp_path / FILE_NAME).write_bytes(content)
    found = read_off(tmp_path)
    assert found is not None
    assert found.by == "(unknown)"
    assert Switch(tmp_path).is_off()


def test_what_can_not_be_read_is_off(tmp_path: Path) -> None:
    """A folder in the file's place is no reason to go on."""
    (tmp_path / FILE_NAME).mkdir()
    assert Switch(tmp_path).is_off()


def test_a_file_that_can_not_be_written(tmp_path: Path) -> None:
    """It is raised, and no draft is left."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(OSError, match="directory"):
        turn_off(tmp_path, OFF)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


async def test_a_watcher_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each change is told once and logged with who and why; before, the switch stands as it was found."""
    caplog.set_level(logging.WARNING)
    switch = Switch(tmp_path)
    changes: asyncio.Queue[bool] = asyncio.Queue()
    watching = asyncio.create_task(switch.watch(lambda: changes.put_nowait(switch.is_off())))
    turn_off(tmp_path, OFF)
    assert not switch.is_off()
    assert await asyncio.wait_for(changes.get(), 10)
    turn_on(tmp_path)
    assert not await asyncio.wait_for(changes.get(), 10)
    watching.cancel()
    assert caplog.messages == ["mirror.off by=ada reason=the disk is full: 98 %", "mirror.on"]
