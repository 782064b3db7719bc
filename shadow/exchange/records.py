"""The records of one client request and of what each side answered."""

from dataclasses import dataclass
from enum import StrEnum

from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served

Headers = tuple[tuple[str, str], ...]
"""Header fields as received: order, duplicates and letter case kept; values are latin-1 text (see ``fields``)."""


class Protocol(StrEnum):
    """How a request is read: gRPC is HTTP/2 with ``content-type: application/grpc*``."""

    HTTP = "http"
    GRPC = "grpc"


class FailureReason(StrEnum):
    """Why a side gave no complete answer."""

    REFUSED = "refused"
    RESET = "reset"
    DEADLINE = "deadline"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A client's request as legacy received it.

    ``target`` is the raw path with its query, or the absolute form where the client sent that; it and ``method`` are as
    ``fields.wire_text`` makes them. ``body`` is cut at the configured limit, and then ``truncated`` is true;
    a gRPC body is the length-prefixed frames of all messages. ``started_at`` is seconds since the epoch. ``peer`` is
    the address of the client's connection, "" where that is not known.
    """

    id: str
    protocol: Protocol
    method: str
    scheme: str
    authority: str
    target: str
    headers: Headers
    body: bytes
    truncated: bool
    trailers: Headers
    started_at: float
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer: a 5xx or any gRPC status that the server sent is one.

    ``body`` is cut at the configured limit, and then ``truncated`` is true and ``windows`` holds 8-byte digests of the
    rest (see ``body``), or nothing where the rest was too long for that. Of an answer that was followed message by
    message ``body`` is a copy of those messages, empty where none was to be kept. ``latency_ms`` runs from the
    request's last byte sent to the answer's last byte.
    """

    status: int
    headers: Headers
    body: bytes
    truncated: bool
    trailers: Headers
    latency_ms: float
    windows: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No complete answer; ``detail`` is one line for a person and holds no payload."""

    reason: FailureReason
    detail: str
    latency_ms: float


Reply = Answer | Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What the sides answered when a safe request was sent to them once more, at the same time.

    ``later`` is what the secondary answered once more after that, where it takes two of its answers to tell a state
    from noise and the comparison itself has none.
    """

    candidate: Reply
    secondary: Reply
    later: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The exchanges of one client request; ``secondary`` is None where it was not contacted.

    ``again``: the answers to a second look, where one was taken.
    ``followed``: the answers were compared message by message as they came; those that are streams hold a copy of their
    messages, or nothing. ``cut``: legacy's ended before its end, and why. ``chosen``: the secondary was asked because
    legacy and candidate differ, some time after they had answered. ``served``: whose answer the client got; the other
    one is that to a copy of its request.
    """

    request: Request
    route: str
    legacy: Reply
    candidate: Reply
    secondary: Reply | None
    followed: bool = False
    cut: Reason | None = None
    again: Again | None = None
    chosen: bool = False
    served: Served = Served.LEGACY


def header_values(headers: Headers, name: str) -> tuple[str, ...]:
    """All values of ``name`` (any letter case), in order."""
    wanted = name.lower()
    size = len(wanted)  # a list is made faster than a generator, and most names have another length
    return tuple([value for key, value in headers if len(key) == size and key.lower() == wanted])
