"""A recording on disk: whole frames, private files, a bound."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import zstandard

from crossfade.codegen.contract import DescriptorSet, load_contract
from crossfade.shadow.recording.records import End, Header
from crossfade.shadow.recording.writer import FullError, RecordingWriter, contract_path


@pytest.fixture
def header(make: Any) -> Header:
    """The header of run-1."""
    return Header(run=make.run(), sample_pct=100.0)


def _lines(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.zst")):
        with zstandard.open(path, "rt", encoding="utf-8") as file:
            found += file.read().splitlines()
    return found


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_what_was_flushed_is_on_disk(tmp_path: Path, header: Header) -> None:
    """The header first; what was not flushed is not there yet."""
    writer = RecordingWriter.create(tmp_path / "r", header, None, max_bytes=10**6)
    writer.add(["one", "two"])
    assert len(_lines(tmp_path / "r")) == 1
    writer.flush()
    assert (_lines(tmp_path / "r")[1:], writer.recorded) == (["one", "two"], 1)
    writer.add(["three"])
    writer.flush()
    writer.flush()
    writer.close(End(recorded=2, left_out=0))
    assert _lines(tmp_path / "r")[1:] == ["one", "two", "three", '{"event":"end","recorded":2,"left_out":0}']


def test_much_is_written_without_a_flush(tmp_path: Path, header: Header) -> None:
    """What waits in memory is bounded."""
    writer = RecordingWriter.create(tmp_path / "r", header, None, max_bytes=10**6)
    for _ in range(3):
        writer.add(["x" * 100_000])
    assert writer.recorded == 3
    writer.close(End(recorded=3, left_out=0))


def test_only_the_owner_may_read(tmp_path: Path, header: Header, contract: Any) -> None:
    """The folder, its files, the contract; whatever the umask says."""
    before = os.umask(0)
    try:
        RecordingWriter.create(tmp_path / "r", header, contract, max_bytes=10**6).close(End(recorded=0, left_out=0))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "r").iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 2
    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o700


def test_the_contract_lies_beside(tmp_path: Path, header: Header, contract: Any) -> None:
    """And is the same contract when it is read."""
    RecordingWriter.create(tmp_path / "r", header, contract, max_bytes=10**6).close(End(recorded=0, left_out=0))
    assert load_contract(DescriptorSet(path=contract_path(tmp_path / "r", contract.digest))).digest == contract.digest


def test_a_long_recording_is_several_files(tmp_path: Path, header: Header) -> None:
    """Each begins with the header."""
    (tmp_path / "r").mkdir()
    writer = RecordingWriter(tmp_path / "r", header, max_bytes=10**6, file_bytes=400)
    for number in range(40):
        writer.add([f"line {number}"])
        writer.flush()
    writer.close(End(recorded=40, left_out=0))
    lines = _lines(tmp_path / "r")
    files = sorted(path.name for path in (tmp_path / "r").iterdir())
    assert len(files) > 2
    assert files[0] == "000001.jsonl.zst"
    assert [line for line in lines if line.startswith("line")] == [f"line {number}" for number in range(40)]
    assert sum("crossfade_recording" in line for line in lines) == len(files)


def _fill(writer: RecordingWriter) -> None:
    for _ in range(100):
        writer.add([os.urandom(400).hex()])
        writer.flush()


def test_the_bound_holds(tmp_path: Path, header: Header) -> None:
    """What would pass it is refused as a whole, and only the end is added."""
    writer = RecordingWriter.create(tmp_path / "r", header, None, max_bytes=3000)
    with pytest.raises(FullError):
        _fill(writer)
    assert 2000 < _size(tmp_path / "r") <= 3000
    writer.close(End(recorded=writer.recorded, left_out=1))
    assert len(_lines(tmp_path / "r")) == writer.recorded + 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full disk")
def test_a_full_disk(tmp_path: Path, header: Header) -> None:
    """The error comes out."""
    writer = RecordingWriter.create(tmp_path / "r", header, None, max_bytes=10**6)
    writer._file = os.open("/dev/full", os.O_WRONLY)
    writer.add(["x"])
    with pytest.raises(OSError, match=r"No space left|Invalid argument"):
        writer.flush()


def test_half_a_frame_is_taken_back(tmp_path: Path, header: Header, monkeypatch: Any) -> None:
    """A disk that fills up in the middle leaves whole frames."""
    writer = RecordingWriter.create(tmp_path / "r", header, None, max_bytes=10**6)
    size, write = _size(tmp_path / "r"), os.write

    def some(descriptor: int, data: memoryview) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:7])

    monkeypatch.setattr(os, "write", some)
    writer.add(["a line"])
    with pytest.raises(OSError, match="No space left"):
        writer.flush()
    assert _size(tmp_path / "r") == size


def test_a_folder_that_is_there_is_refused(tmp_path: Path, header: Header) -> None:
    """A recording is never written into another one."""
    with pytest.raises(FileExistsError):
        RecordingWriter.create(tmp_path, header, None, max_bytes=10**6)
