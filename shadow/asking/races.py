"""Reads of data that was being written at the same time: no order of the two is the right one. Pure.

Which data a request touches is taken from the request alone. Over HTTP it is the path: a write of ``/items`` and a read
of ``/items/7`` touch the same, and so the other way round. Over gRPC it is the service and the values in the messages:
two requests without a value in common touch different data, but a request without values touches all, and so does a
heavy one, which is not read here. Of a write whose messages are still to come nothing is known. What is asked for with
different credentials is different data, too: in most services everybody works on their own, and all their writes
together would leave hardly a read to compare. Where it is not, a second look finds the other state.
"""

import re
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.weight import is_heavy_request
from crossfade.shadow.bindings.names import is_id_name
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.exchange import Protocol, Request
from crossfade.shadow.exchange.difference import Value

_MOST_GROUPS = 1000
_MOST_WRITES = 4096
"""Kept of one group; where there are more, the older half is forgotten."""
_MOST_VALUES = 256
_MOST_SEGMENTS = 32
_PAGING = frozenset({"page_size", "page_token", "page", "per_page", "limit", "offset", "max_results"})
"""Fields that say how much is read, not what."""

_CREDENTIAL = re.compile(r"auth|token|session|api-?key", re.IGNORECASE)
_SECRET_CHARS = 8
"""A shorter value is a setting, such as a language."""

_Group = tuple[Protocol, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    """``path``: the segments of a path, ``values``: hashes of what is in a message, ``who``: those of credentials.

    ``values`` is empty where anything may be meant, and None where no message has come yet, or not all
    of them are here.
    """

    path: tuple[str, ...] = ()
    values: frozenset[int] | None = frozenset()
    who: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """A write that was answered, in seconds since the epoch."""

    data: _Data
    from_s: float
    until_s: float


class Races:
    """The newest writes, by the data that they touch."""

    def __init__(self, *, contract: Contract | None, window_s: float) -> None:
        """A write counts from when it was sent until it was answered, and for ``window_s`` seconds at least."""
        self._contract = contract
        self._window_s = window_s
        self._under_way: dict[_Group, dict[str, Request]] = {}
        self._answered: OrderedDict[_Group, list[_Write]] = OrderedDict()

    def begin(self, write: Request) -> None:
        """Legacy was sent a write; its end is told later, whatever becomes of it."""
        self._under_way.setdefault(_group(write), {})[write.id] = write

    def end(self, write: Request, at: float) -> None:
        """Legacy is done with a write, of which the beginning may not have been told."""
        group = _group(write)
        begun = self._under_way.get(group, {})
        begun.pop(write.id, None)
        if not begun:
            self._under_way.pop(group, None)
        until_s = max(at, write.started_at + self._window_s)
        kept = self._answered.setdefault(group, [])
        insort(
            kept,
            _Write(data=self._data(write), from_s=write.started_at, until_s=until_s),
            key=lambda other: other.until_s,
        )
        if len(kept) > _MOST_WRITES:
            del kept[: _MOST_WRITES // 2]
        self._answered.move_to_end(group)
        if len(self._answered) > _MOST_GROUPS:
            self._answered.popitem(last=False)

    def give_up(self, write: Request, at: float) -> None:
        """Nothing more will be known of a write: if it is still under way, it ends now."""
        if write.id in self._under_way.get(_group(write), {}):
            self.end(write, at)

    def overlap(self, read: Request, at: float) -> bool:
        """Whether the same data was written between a read's beginning and its answer, ``at``."""
        if not (self._under_way or self._answered):
            return False
        group = _group(read)
        begun = [write for write in self._under_way.get(group, {}).values() if write.started_at <= at]
        ended = [write for write in self._until(group, read.started_at) if write.from_s <= at]
        if not begun and not ended:
            return False
        data = self._data(read)
        return any(_is_shared(data, self._data(write)) for write in begun) or any(
            _is_shared(data, write.data) for write in ended
        )

    def followed(self, read: Request) -> bool:
        """Whether legacy has already answered a write of the same data that began after this read."""
        later = [write for write in self._until(_group(read), read.started_at) if write.from_s > read.started_at]
        if not later:
            return False
        data = self._data(read)
        return any(_is_shared(data, write.data) for write in later)

    def _until(self, group: _Group, since: float) -> Iterator[_Write]:
        """The answered writes of a group that count until this time or later."""
        for write in reversed(self._answered.get(group, ())):
            if write.until_s < since:
                return
            yield write

    def _data(self, request: Request) -> _Data:
        if request.protocol is not Protocol.GRPC:
            return _Data(path=_segments(request.target), who=_who(request))
        return _Data(values=self._values(request), who=_who(request))

    def _values(self, request: Request) -> frozenset[int] | None:
        """Hashes of what a call names; see ``_Data``."""
        if not request.body or request.truncated:
            return None
        method = _path(request.target).lstrip("/")
        found = None if self._contract is None else self._contract.methods.get(method)
        if self._contract is None or found is None or is_heavy_request(request):
            return frozenset()
        try:
            frames = split_frames(request.body, request.headers)
            values = [decode_message(frame, found.input_type, self._contract) for frame in frames]
        except UndecodableError:
            return frozenset()
        return frozenset(map(hash, islice((text for value in values for text in _leaves(value)), _MOST_VALUES)))


def _is_shared(one: _Data, other: _Data) -> bool:
    is_above = all(mine == theirs for mine, theirs in zip(one.path, other.path, strict=False))
    return is_above and _may_meet(one.values, other.values) and _may_meet(one.who, other.who)


def _may_meet(one: frozenset[int] | None, other: frozenset[int] | None) -> bool:
    if one is None or other is None:
        return False
    return not one or not other or not one.isdisjoint(other)


def _who(request: Request) -> frozenset[int]:
    """Hashes of the credentials that a request carries; each cookie counts for itself."""
    found: list[str] = []
    for name, value in request.headers:
        if name.lower() == "cookie":
            found += [pair.strip() for pair in value.split(";") if len(pair.partition("=")[2]) >= _SECRET_CHARS]
        elif _CREDENTIAL.search(name) and len(value) >= _SECRET_CHARS:
            found.append(value)
    return frozenset(map(hash, found))


def _group(request: Request) -> _Group:
    """The first segment of the path: over gRPC that is the service."""
    return request.protocol, next(_each_segment(request.target), "")


def _path(target: str) -> str:
    """The path of a target, which may be in the absolute form."""
    path = target.partition("?")[0]
    return path if path.startswith("/") else "/" + path.partition("://")[2].partition("/")[2]


def _segments(target: str) -> tuple[str, ...]:
    return tuple(islice(_each_segment(target), _MOST_SEGMENTS))


def _each_segment(target: str) -> Iterator[str]:
    return (unquote(segment) for segment in _path(target).split("/") if segment)


def _leaves(value: Value, name: str = "") -> Iterator[str]:
    """The values that may name something: texts, bytes, and the numbers of fields that are named as ids."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _PAGING:
                yield from _leaves(item, key)
    elif isinstance(value, tuple):
        for item in value:
            yield from _leaves(item, name)
    elif isinstance(value, bytes):
        yield from (value.decode("latin-1"),) if value else ()
    elif isinstance(value, str):
        yield from (value,) if value else ()
    elif isinstance(value, int) and not isinstance(value, bool) and value and is_id_name(name):
        yield str(value)
