"""What a server does on an HTTP/2 connection, as ``http2_state`` tells it."""

from dataclasses import dataclass

from crossfade.shadow.exchange import Headers


@dataclass(frozen=True, slots=True)
class Head:
    """The status and the fields of an answer; ``ends``: nothing follows."""

    stream_id: int
    fields: Headers
    ends: bool


@dataclass(frozen=True, slots=True)
class Trailers:
    """The fields behind an answer, which end it."""

    stream_id: int
    fields: Headers


@dataclass(frozen=True, slots=True)
class Data:
    """A part of an answer's body, which took ``size_bytes`` of the windows until they are given back."""

    stream_id: int
    data: bytes
    size_bytes: int
    ends: bool


@dataclass(frozen=True, slots=True)
class Reset:
    """The server ended a stream; ``code`` says why (RFC 9113 7)."""

    stream_id: int
    code: int


@dataclass(frozen=True, slots=True)
class Opened:
    """More may be sent on a stream than before, 0: on all of them."""

    stream_id: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The server has said what it takes: how many streams, and how much of each."""


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server takes no more streams, and serves none behind this one."""

    last_stream_id: int


Event = Head | Trailers | Data | Reset | Opened | Settled | GoAway
