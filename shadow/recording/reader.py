"""Reads a recording back, as far as it was written."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from crossfade.codegen.contract import Contract, ContractError, DescriptorSet, load_contract
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.exchange.event_text import read_event
from crossfade.shadow.exchange.events import Event, from_events
from crossfade.shadow.recording.lines import END, JUDGED, read_end, read_header, read_result
from crossfade.shadow.recording.records import End, Header, Recorded
from crossfade.shadow.recording.writer import contract_path

_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, zstandard.ZstdError)


class RecordingReader:
    """One recording. ``end`` is known when all comparisons were read; None where it was cut off."""

    def __init__(self, folder: Path) -> None:
        """Raises: EvidenceError: no recording there, or one of another version."""
        self._folder = folder
        self._files = sorted(folder.glob("*.jsonl.zst"))
        if not self._files:
            raise EvidenceError(f"{folder}: expected a recording, got none; make one with `crossfade record`")
        self.end: End | None = None
        try:
            self.header: Header = read_header(next(self._records(self._files[0]), {}))
        except _DAMAGED as error:
            raise EvidenceError(f"{self._files[0]}: expected a recording of this version, got {_text(error)}") from None

    def contract(self) -> Contract | None:
        """The contract under which the run was judged, None where it had none. Raises: EvidenceError."""
        digest = self.header.run.contract_digest
        if not digest:
            return None
        try:
            return load_contract(DescriptorSet(path=contract_path(self._folder, digest)))
        except ContractError as error:
            raise EvidenceError(str(error)) from None

    def comparisons(self) -> Iterator[Recorded]:
        """The comparisons in the order in which they were judged. Raises: EvidenceError: a damaged file."""
        for path in self._files:
            try:
                yield from self._comparisons(path)
            except _DAMAGED as error:
                raise EvidenceError(f"{path}: expected lines as crossfade wrote them, got {_text(error)}") from None

    def _comparisons(self, path: Path) -> Iterator[Recorded]:
        events: list[Event] = []
        for record in self._records(path):
            kind = record.get("event")
            if kind == JUDGED:
                route, result, altered = read_result(record)
                comparison = from_events(events)
                events = []
                yield Recorded(comparison=comparison, route=route, result=result, altered=altered)
            elif kind == END:
                self.end = read_end(record)
            elif kind is not None:
                events.append(read_event(record))

    def _records(self, path: Path) -> Iterator[dict[str, Any]]:
        """The objects of all whole lines; a frame that was being written when the process died has none."""
        try:
            with path.open("rb") as file:
                stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
                for line in io.BufferedReader(stream):
                    if line.endswith(b"\n"):
                        yield json.loads(line)
        except OSError as error:
            raise EvidenceError(f"{path}: expected a readable file, got {error.strerror}") from None


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
