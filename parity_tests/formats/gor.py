"""Files of GoReplay: raw HTTP/1.1 messages, each behind a line ``kind id time latency``, in any order.

Kinds are 1, a request, 2, what the server answered, and 3, what another server answered in a replay.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats.exchanges import (
    MAX_BODY_BYTES,
    MAX_FILE_BYTES,
    DamagedError,
    Exchange,
    Found,
    LeftOut,
    Omission,
    check_size,
)
from crossfade.parity_tests.formats.raw_http1 import read_answer, read_request
from crossfade.shadow.asking.clients.http1_answer import CutError
from crossfade.shadow.exchange import Failure, FailureReason

_MARK = "\n🐵🙈🙉\n".encode()
_LINE = re.compile(rb"([123]) ([0-9a-zA-Z-]{1,100}) (\d{1,19})(?: (-?\d{1,19}))?")
_REQUEST, _ANSWER = _HALVES = (1, 2)
_ADDRESSED = re.compile(r"[0-9a-f]{24}")
_CHUNK_BYTES = 1_048_576
_MAX_HELD_BYTES = 268_435_456
_NS = 1_000_000_000
_MS_IN_NS = 1_000_000


@dataclass(slots=True)
class _Pair:
    """The two halves of an exchange as far as they came: time in nanoseconds, and bytes."""

    halves: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        return sum(len(data) for _, data in self.halves.values())


@dataclass(slots=True)
class _Pairing:
    """Requests and answers that wait for each other, in bounded memory."""

    waiting: dict[str, _Pair] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    held_bytes: int = 0

    def take(self, kind: int, name: str, at_ns: int, data: bytes) -> bool:
        """Whether it is new."""
        pair = self.waiting.get(name, _Pair())
        if name in self.done or kind in pair.halves:
            return False
        pair.halves[kind] = (at_ns, data)
        self.waiting[name] = pair
        self.held_bytes += len(data)
        return True

    def whole(self, name: str) -> Iterator[tuple[str, _Pair]]:
        """The pair of this name, where it is whole; and the oldest, where too much waits."""
        if len(self.waiting.get(name, _Pair()).halves) == len(_HALVES):
            yield self._take_out(name)
        while self.held_bytes > _MAX_HELD_BYTES:
            yield self._take_out(next(iter(self.waiting)))

    def _take_out(self, name: str) -> tuple[str, _Pair]:
        pair = self.waiting.pop(name)
        self.held_bytes -= pair.size_bytes
        self.done.add(name)
        return name, pair


def read_gor(path: Path) -> Found:
    """The requests of a file with what was answered; one without an answer has a failure in its place.

    Raises: ParityError: it is no file of GoReplay.
    """
    check_size(path)
    pairing = _Pairing()
    for number, record in enumerate(_records(path), 1):
        place = f"record {number}"
        head, _, data = (record or b"").partition(b"\n")
        match = _LINE.fullmatch(head)
        if match is None and number == 1 and record is not None:
            raise ParityError(f"{path}: expected a line `1 ID TIME LATENCY` at the start, got something else")
        if match is None:
            yield LeftOut(omission=Omission.TOO_LARGE if record is None else Omission.DAMAGED, place=place)
            continue
        kind, name = int(match[1]), match[2].decode()
        if kind not in _HALVES:
            continue  # what is replayed is no traffic
        if not pairing.take(kind, name, int(match[3]), data):
            yield LeftOut(omission=Omission.SEEN_TWICE, place=place)
            continue
        yield from (_exchange(*found, place) for found in pairing.whole(name))
    yield from (_exchange(name, pair, "the end") for name, pair in pairing.waiting.items())


def _exchange(name: str, pair: _Pair, place: str) -> Exchange | LeftOut:
    if _REQUEST not in pair.halves:
        return LeftOut(omission=Omission.CUT_OFF, place=place, found="an answer without its request")
    sent_at, data = pair.halves[_REQUEST]
    # of an id of 24 digits the first 16 are both ports and an address: the connection
    peer = name[:16] if _ADDRESSED.fullmatch(name) else ""
    try:
        request = read_request(data, name, sent_at / _NS, peer)
        if _ANSWER not in pair.halves:
            gone = Failure(reason=FailureReason.RESET, detail="its answer was not recorded", latency_ms=0.0)
            return Exchange(request=request, reply=gone)
        answered_at, answer = pair.halves[_ANSWER]
        latency_ms = max(0.0, (answered_at - sent_at) / _MS_IN_NS)
        return Exchange(request=request, reply=read_answer(answer, request.method, latency_ms))
    except DamagedError as error:
        return LeftOut(omission=Omission.DAMAGED, place=place, found=str(error))
    except CutError:
        return LeftOut(omission=Omission.CUT_OFF, place=place)


def _records(path: Path) -> Iterator[bytes | None]:
    """What stands between the marks; None for what is too long."""
    with _opened(path) as file:
        begun, skips, total = bytearray(), False, 0
        try:
            while chunk := file.read1(_CHUNK_BYTES):
                total += len(chunk)
                if total > MAX_FILE_BYTES:
                    raise ParityError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, got more; import it in parts")
                begun += chunk
                *whole, rest = begun.split(_MARK)
                for record in whole:
                    yield None if skips else bytes(record)
                    skips = False
                begun = rest
                if len(begun) > 2 * MAX_BODY_BYTES:
                    skips = True
                    begun = begun[-len(_MARK) :]
        except (EOFError, zlib.error, gzip.BadGzipFile):
            begun += b"?"
        if begun.strip():
            yield bytes(begun)


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if is_gzip else path.open("rb")
