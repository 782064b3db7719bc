"""A recording is read as far as it was written."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.exchange.event_text import event_line
from crossfade.shadow.exchange.events import to_events
from crossfade.shadow.recording.lines import result_line
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import End, Header, Recorded, Result
from crossfade.shadow.recording.writer import RecordingWriter


class Tape:
    """A recording under way; each comparison is a frame of its own."""

    def __init__(self, folder: Path, make: Any, contract: Any = None) -> None:
        self.folder = folder / "r"
        self.make = make
        digest = "" if contract is None else contract.digest
        self.header = Header(run=make.run(contract_digest=digest), sample_pct=100.0)
        self.writer = RecordingWriter.create(self.folder, self.header, contract, max_bytes=10**6)
        self.items: list[Recorded] = []

    def add(self, comparison_id: str) -> None:
        answer = self.make.answer({"a": comparison_id})
        comparison = self.make.comparison(answer, answer, id=comparison_id)
        item = Recorded(comparison=comparison, route=self.make.route, result=Result(signature=()), altered=False)
        self.items.append(item)
        lines = [event_line(event) for event in to_events(comparison)]
        self.writer.add([*lines, result_line(comparison_id, item.route, item.result, altered=False)])
        self.writer.flush()

    @property
    def file(self) -> Path:
        return self.folder / "000001.jsonl.zst"


@pytest.fixture
def tape(tmp_path: Path, make: Any) -> Tape:
    """A recording of three comparisons that was not ended."""
    tape = Tape(tmp_path, make)
    for number in range(3):
        tape.add(f"c-{number}")
    return tape


def test_what_was_written(tape: Tape) -> None:
    """Header, comparisons in their order, end."""
    tape.writer.close(End(recorded=3, left_out=2))
    reader = RecordingReader(tape.folder)
    assert reader.header == tape.header
    assert list(reader.comparisons()) == tape.items
    assert reader.end == End(recorded=3, left_out=2)
    assert reader.contract() is None


def test_the_contract(tmp_path: Path, make: Any, contract: Any) -> None:
    """The one under which the run was judged; a lost one is said to be."""
    tape = Tape(tmp_path, make, contract)
    reader = RecordingReader(tape.folder)
    read = reader.contract()
    assert read is not None
    assert (read.digest, set(read.methods)) == (contract.digest, set(contract.methods))
    next(tape.folder.glob("contract-*")).unlink()
    with pytest.raises(EvidenceError, match="expected a descriptor set"):
        reader.contract()


def test_a_recording_that_was_killed(tape: Tape) -> None:
    """It has no end, and whatever byte it stops at, the whole comparisons before it are read."""
    data = tape.file.read_bytes()
    seen = set()
    for size in range(len(data), 0, -7):
        tape.file.write_bytes(data[:size])
        try:
            reader = RecordingReader(tape.folder)
        except EvidenceError:
            break  # not even the header
        items = list(reader.comparisons())
        assert items == tape.items[: len(items)]
        assert reader.end is None
        seen.add(len(items))
    assert seen == {0, 1, 2, 3}


def test_no_recording(tmp_path: Path) -> None:
    """One line that says what to do."""
    with pytest.raises(EvidenceError, match="expected a recording, got none; make one with `crossfade record`"):
        RecordingReader(tmp_path / "gone")


@pytest.mark.parametrize("data", [b"", b"not zstd at all", b"\x28\xb5\x2f\xfd"], ids=str)
def test_another_file(tape: Tape, data: bytes) -> None:
    """Is no recording."""
    tape.file.write_bytes(data)
    with pytest.raises(EvidenceError, match=r"000001\.jsonl\.zst: expected"):
        list(RecordingReader(tape.folder).comparisons())


def test_lines_of_something_else(tape: Tape) -> None:
    """They are not taken for a comparison that was cut off."""
    tape.writer.add(['{"id": "c", "event": "judged", "route": {}}'])
    tape.writer.flush()
    with pytest.raises(EvidenceError, match="expected lines as crossfade wrote them, got TypeError"):
        list(RecordingReader(tape.folder).comparisons())
