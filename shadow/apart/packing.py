"""What goes between the two processes: pickled, with long bytes beside it, so that they are not copied. Pure."""

import io
import pickle
from collections.abc import Iterator
from struct import Struct
from typing import Any

LENGTH = Struct(">Q")
_LONG_BYTES = 65_536


def pack(item: object) -> Iterator[bytes]:
    """The parts to be written one after the other, each behind its length; the first says how many follow."""
    packed = io.BytesIO()
    pickler = _Pickler(packed)
    pickler.dump(item)
    for part in (LENGTH.pack(len(pickler.beside)), packed.getbuffer(), *pickler.beside):
        yield LENGTH.pack(len(part))
        yield part  # type: ignore[misc] # a view of bytes


def unpack(packed: bytes, beside: list[bytes]) -> Any:  # noqa: ANN401 - whatever was packed
    """The item: its pickle, and the long bytes beside it."""
    return _Unpickler(io.BytesIO(packed), beside).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.beside: list[bytes] = []
        self._known: dict[int, int] = {}

    def persistent_id(self, item: object) -> int | None:
        """The number of bytes that stand beside, by their identity; None of what is pickled."""
        if type(item) is not bytes or len(item) < _LONG_BYTES:
            return None
        if id(item) not in self._known:
            self._known[id(item)] = len(self.beside)
            self.beside.append(item)
        return self._known[id(item)]


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, beside: list[bytes]) -> None:
        super().__init__(file)
        self._beside = beside

    def persistent_load(self, number: int) -> bytes:
        """The bytes with this number."""
        return self._beside[number]
