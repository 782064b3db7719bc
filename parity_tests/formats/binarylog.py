"""Binary logs of gRPC (grpc.binarylog.v1), as Java and Go write them: one entry for each event of each call."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from google.protobuf.message import DecodeError

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats.binarylog_calls import SERVER, Logged, exchange_of
from crossfade.parity_tests.formats.binarylog_messages import entry_class
from crossfade.parity_tests.formats.exchanges import MAX_BODY_BYTES, Found, LeftOut, Omission, check_size

_MAX_HELD_BYTES = 268_435_456
_MAX_ENTRY_BYTES = 2 * MAX_BODY_BYTES
_GO_PREFIX_BYTES = 4
_MAX_VARINT_BYTES = 5


def read_binarylog(path: Path) -> Found:
    """The calls of a file, those of the server where both ends logged. Raises: ParityError: it is no binary log."""
    check_size(path)
    has_server = any(entry is not None and entry.logger == SERVER for entry in _entries(path))
    begun: dict[int, Logged] = {}
    ended: set[int] = set()
    held = 0
    for number, entry in enumerate(_entries(path), 1):
        place = f"entry {number}"
        if entry is None:
            yield LeftOut(omission=Omission.CUT_OFF, place=place)
            break
        if has_server and entry.logger != SERVER:
            if entry.HasField("client_header"):
                yield LeftOut(omission=Omission.OTHER_END, place=place)
            continue
        if entry.call_id in ended:
            continue  # what comes behind the end of a call, where both ends ended it at the same time
        call = begun.setdefault(entry.call_id, Logged(place=place))
        held += call.take(entry)
        if call.is_over or held > _MAX_HELD_BYTES:
            ended.add(entry.call_id)
            held -= call.size_bytes
            yield exchange_of(begun.pop(entry.call_id), str(entry.call_id))
    yield from (exchange_of(call, str(call_id)) for call_id, call in begun.items())


def _entries(path: Path) -> Iterator[Any]:
    """The entries, and None where the file ends within one or goes on with something else."""
    kind = entry_class()
    with path.open("rb") as file:
        is_go = file.peek(1)[:1] == b"\0"  # four bytes of a length, where Java has a varint that is not 0
        first = True
        while (size := _size(file, is_go=is_go)) is not None:
            data = file.read(size) if 0 < size <= _MAX_ENTRY_BYTES else b""
            try:
                entry = kind.FromString(data) if data and len(data) == size else None
            except DecodeError:
                entry = None
            if entry is None or not entry.call_id:
                if first:
                    raise ParityError(f"{path}: expected entries of grpc.binarylog.v1, got something else")
                yield None
                return
            first = False
            yield entry
    if first:
        raise ParityError(f"{path}: expected entries of grpc.binarylog.v1, got an empty file")


def _size(file: IO[bytes], *, is_go: bool) -> int | None:
    """The length of the next entry; None at the end, 0 where it is cut or no length."""
    if is_go:
        prefix = file.read(_GO_PREFIX_BYTES)
        if not prefix:
            return None
        return int.from_bytes(prefix, "big") if len(prefix) == _GO_PREFIX_BYTES else 0
    size = 0
    for at in range(_MAX_VARINT_BYTES):
        byte = file.read(1)
        if not byte:
            return None if at == 0 else 0
        size |= (byte[0] & 0x7F) << 7 * at
        if byte[0] < 0x80:  # noqa: PLR2004 - the last byte of a varint
            return size
    return 0
