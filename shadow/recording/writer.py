"""Writes a recording: files of zstd frames, appended to, rotated by size, within a bound."""

import os
from collections.abc import Iterable
from pathlib import Path

import zstandard

from crossfade.codegen.contract import Contract
from crossfade.shadow.recording.lines import end_line, header_line
from crossfade.shadow.recording.records import End, Header

FILE_BYTES = 16_777_216
_FRAME_BYTES = 262_144  # of lines, before compression: what a frame holds at least when it is not flushed earlier
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND


class FullError(Exception):
    """The bound is reached."""


class RecordingWriter:
    """One run's recording. Each frame is whole by itself, so a killed process leaves all but the last one."""

    def __init__(self, folder: Path, header: Header, *, max_bytes: int, file_bytes: int = FILE_BYTES) -> None:
        self._folder = folder
        self._header = header
        self._max_bytes = max_bytes
        self._file_bytes = file_bytes
        self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self._lines: list[str] = []
        self._waiting_bytes = 0
        self._waiting = 0
        self._file = -1
        self._in_file = 0
        self._files = 0
        self._written_bytes = 0
        self.recorded = 0

    @classmethod
    def create(cls, folder: Path, header: Header, contract: Contract | None, *, max_bytes: int) -> "RecordingWriter":
        """Makes the folder of a run, with the contract in it. Raises: OSError, FullError."""
        folder.mkdir(parents=True, mode=0o700)
        writer = cls(folder, header, max_bytes=max_bytes)
        if contract is not None:
            descriptor = os.open(contract_path(folder, contract.digest), _NEW, 0o600)
            try:
                writer._write_all(descriptor, contract.to_bytes())
            finally:
                os.close(descriptor)
        writer._write([])
        return writer

    def add(self, lines: Iterable[str]) -> None:
        """Takes the lines of one comparison. Raises: OSError, FullError: and then nothing more can be added."""
        for line in lines:
            self._lines.append(line)
            self._waiting_bytes += len(line)
        self._waiting += 1
        if self._waiting_bytes >= _FRAME_BYTES:
            self.flush()

    def add_frame(self, frame: bytes) -> None:
        """Writes the lines of one comparison, which are a frame already. Raises: OSError, FullError."""
        self._write_frame(frame)
        self.recorded += 1

    def flush(self) -> None:
        """Writes what was taken. Raises: OSError, FullError: what waited is lost."""
        lines, count = self._lines, self._waiting
        self._lines, self._waiting, self._waiting_bytes = [], 0, 0
        if lines:
            self._write(lines)
            self.recorded += count

    def close(self, end: End) -> None:
        """Marks the recording as ended in order. Raises: OSError."""
        try:
            self._append(self._frame([end_line(end)]))
        finally:
            os.close(self._file)

    def _write(self, lines: list[str]) -> None:
        self._write_frame(self._frame(lines))

    def _write_frame(self, frame: bytes) -> None:
        if self._file < 0 or self._in_file >= self._file_bytes:
            self._open_next()
        if self._written_bytes + len(frame) > self._max_bytes:
            raise FullError
        self._append(frame)

    def _open_next(self) -> None:
        self._files += 1
        opened = os.open(self._folder / f"{self._files:06}.jsonl.zst", _NEW, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._file, self._in_file = opened, 0
        self._append(self._frame([header_line(self._header)]))

    def _frame(self, lines: list[str]) -> bytes:
        return self._compressor.compress("".join(f"{line}\n" for line in lines).encode()) if lines else b""

    def _append(self, frame: bytes) -> None:
        """Appends a whole frame or nothing."""
        try:
            self._write_all(self._file, frame)
        except OSError:
            os.ftruncate(self._file, self._in_file)
            raise
        self._in_file += len(frame)
        self._written_bytes += len(frame)

    @staticmethod
    def _write_all(descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]


def contract_path(folder: Path, digest: str) -> Path:
    """Where the contract of a recording lies."""
    return folder / f"contract-{digest}.binpb"
