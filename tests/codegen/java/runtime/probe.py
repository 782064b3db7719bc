"""Calls of a real grpcio client, gathered into something that can be compared."""

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import grpc

Metadata = tuple[tuple[str, str | bytes], ...]
SERVED_BY = "x-crossfade-served-by"
STREAMS = {
    "List": (False, True),
    "PutList": (False, True),
    "Sum": (True, False),
    "Chat": (True, True),
    "LaterChat": (True, True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that a client sees of one call."""

    messages: tuple[bytes, ...]
    code: grpc.StatusCode
    details: str
    initial: Metadata
    trailing: Metadata

    @property
    def served_by(self) -> str | None:
        """The side that says it answered."""
        values = [value for key, value in (*self.initial, *self.trailing) if key == SERVED_BY]
        assert len(values) < 2
        return cast("str | None", values[0] if values else None)

    def unmarked(self) -> "Answer":
        """The same without the mark, which a direct answer does not have."""
        return replace(self, initial=_unmarked(self.initial), trailing=_unmarked(self.trailing))


def _unmarked(metadata: Metadata) -> Metadata:
    return tuple(item for item in metadata if item[0] != SERVED_BY)


def ask(
    channel: grpc.Channel,
    method: str,
    messages: Sequence[bytes],
    *,
    metadata: Metadata = (),
    timeout_s: float | None = 20,
) -> Answer:
    """One call to its end, by the stub of its kind."""
    call, answers = start(channel, method, iter(messages), metadata=metadata, timeout_s=timeout_s)
    received: list[bytes] = []
    with contextlib.suppress(grpc.RpcError):
        received.extend(answers)
    return ended(call, received)


def ended(call: Any, received: Iterable[bytes]) -> Answer:
    """The answer of a call that has ended."""
    return Answer(
        messages=tuple(received),
        code=call.code(),
        details=call.details() or "",
        initial=_plain(call.initial_metadata()),
        trailing=_plain(call.trailing_metadata()),
    )


def start(
    channel: grpc.Channel,
    method: str,
    messages: Iterator[bytes],
    *,
    metadata: Metadata = (),
    timeout_s: float | None = 20,
) -> tuple[Any, Iterator[bytes]]:
    """A call that goes on, and what comes back."""
    path = method if method.startswith("/") else f"/probe.v1.Probe/{method}"
    unknown = path.split("/")[1] != "probe.v1.Probe"
    many_in, many_out = STREAMS.get(method, (unknown, unknown))
    if many_in and many_out:
        call = channel.stream_stream(path)(messages, metadata=metadata, timeout=timeout_s)
        return call, iter(call)
    if many_in:
        future = channel.stream_unary(path).future(messages, metadata=metadata, timeout=timeout_s)
        return future, _one(future)
    if many_out:
        call = channel.unary_stream(path)(next(messages), metadata=metadata, timeout=timeout_s)
        return call, iter(call)
    future = channel.unary_unary(path).future(next(messages), metadata=metadata, timeout=timeout_s)
    return future, _one(future)


def _one(future: Any) -> Iterator[bytes]:
    yield future.result()


def _plain(metadata: Any) -> Metadata:
    return tuple(sorted((item.key, item.value) for item in metadata or ()))


class Feed:
    """Messages that a test gives one by one to a call that goes on."""

    def __init__(self) -> None:
        self._items: list[bytes] = []
        self._closed = False
        self._changed = threading.Condition()

    def put(self, message: bytes) -> None:
        """The next message."""
        with self._changed:
            self._items.append(message)
            self._changed.notify_all()

    def close(self) -> None:
        """The half close."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[bytes]:
        """Blocks for the next."""
        return self

    def __next__(self) -> bytes:
        """The next message, when there is one."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed, timeout=20)
            if self._items:
                return self._items.pop(0)
            raise StopIteration
