"""The frames that the engine sends to the compare process: MessagePack behind a 4-byte length.

Only the two processes of one run speak them, so they carry no version.
"""

import struct
from collections.abc import Callable
from typing import Any

from msgspec import Struct, convert, msgpack, to_builtins

from crossfade.shadow.exchange import Answer, Failure, Headers, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served

LENGTH = struct.Struct(">I")


class _Frame(Struct, frozen=True, array_like=True, tag=True, forbid_unknown_fields=True):
    """Written as an array: the class's name, then its fields."""


class RequestFrame(_Frame, frozen=True, kw_only=True):
    """A request to mirror: a complete one, or, with ``live``, one whose body follows in parts.

    ``at`` in this and other frames: when it was there, in seconds since the epoch; 0 where nobody records that.
    ``served``: who answers the client; with the candidate, the reply that follows is the candidate's.
    """

    route: RouteInfo
    listener: str
    write: bool
    ask_secondary: bool
    live: bool
    request: Request
    at: float = 0.0
    served: Served = Served.LEGACY


class PartFrame(_Frame, frozen=True, kw_only=True):
    """Bytes of a live request's body, or of an answer that is followed as a stream, as they passed."""

    request_id: str
    of_answer: bool
    data: bytes
    at: float = 0.0


class RequestEndFrame(_Frame, frozen=True, kw_only=True):
    """The client has sent all of a live request."""

    request_id: str
    trailers: Headers
    at: float = 0.0


class AnswerHeadFrame(_Frame, frozen=True, kw_only=True):
    """Legacy's answer has begun and will come in parts, up to an AnswerFrame without a body."""

    request_id: str
    status: int
    headers: Headers


class AnswerFrame(_Frame, frozen=True, kw_only=True):
    """Legacy's answer to a request that was sent before."""

    request_id: str
    reply: Answer


class FailureFrame(_Frame, frozen=True, kw_only=True):
    """A request that was sent before got no complete answer from legacy."""

    request_id: str
    reply: Failure


class SettledFrame(_Frame, frozen=True, kw_only=True):
    """How a request that was sent before ended without a reply."""

    request_id: str
    outcome: Outcome
    reason: Reason
    at: float = 0.0


class WriteFrame(_Frame, frozen=True, kw_only=True):
    """A write that one side alone gets, and that has begun: what is read meanwhile may be either state's."""

    request: Request


class UnmirroredFrame(_Frame, frozen=True, kw_only=True):
    """The end of a write that one side alone got; ``answer`` is None where it gave none, or it is not told.

    Handles in legacy's answer are foreign to a candidate with a store of its own.
    """

    route: RouteInfo
    request: Request
    answer: Answer | None = None
    served: Served = Served.LEGACY


class CountsFrame(_Frame, frozen=True, kw_only=True):
    """What the engine counted since the run began: requests entered, and those it settled itself.

    ``entered`` tells the present stage of each route, ``by_candidate`` of how many the candidate answered the client.
    """

    entered: tuple[tuple[RouteInfo, int], ...]
    settled: tuple[tuple[RouteInfo, Outcome, Reason, int], ...]
    by_candidate: tuple[tuple[RouteInfo, int], ...] = ()


class EndFrame(_Frame, frozen=True, kw_only=True):
    """The last frame of a run that ended properly."""


class RulesFrame(_Frame, frozen=True, kw_only=True):
    """Other rules decide from here on what is mirrored."""

    rules_digest: str


class OddFrame(_Frame, frozen=True, kw_only=True):
    """A frame with text that is not valid Unicode, such as a target that is not UTF-8 (see ``fields.wire_text``).

    ``data`` is that frame in plain values; each text is the UTF-8 of the real one, read as latin-1.
    """

    data: Any


ReplyFrame = AnswerFrame | FailureFrame
"""Made by ``reply_frame``. Two classes, because only what is a frame carries its name."""
Frame = (
    RequestFrame
    | PartFrame
    | RequestEndFrame
    | AnswerHeadFrame
    | ReplyFrame
    | SettledFrame
    | WriteFrame
    | UnmirroredFrame
    | CountsFrame
    | RulesFrame
    | EndFrame
)
_ENCODER = msgpack.Encoder()
_DECODER: msgpack.Decoder[Frame | OddFrame] = msgpack.Decoder(Frame | OddFrame)


def reply_frame(request_id: str, reply: Reply) -> ReplyFrame:
    """The frame of legacy's reply."""
    if isinstance(reply, Answer):
        return AnswerFrame(request_id=request_id, reply=reply)
    return FailureFrame(request_id=request_id, reply=reply)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame with its length in front."""
    try:
        packed = _ENCODER.encode(frame)
    except UnicodeEncodeError:
        plain = to_builtins(frame, builtin_types=(bytes,))
        packed = _ENCODER.encode(OddFrame(data=_each_text(plain, _to_latin_1)))
    return LENGTH.pack(len(packed)) + packed


def decode(payload: bytes | memoryview) -> Frame:
    """The frame of a payload without its length.

    Raises: msgspec.DecodeError, ValueError, TypeError, RecursionError: bytes that ``encode`` does not make.
    """
    frame = _DECODER.decode(payload)
    if isinstance(frame, OddFrame):
        found: Frame = convert(_each_text(frame.data, _from_latin_1), Frame)
        return found
    return frame


def _each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - plain values
    """Plain values, with every text in them changed that is not ASCII."""
    if isinstance(value, str):
        return value if value.isascii() else change(value)
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    return value


def _to_latin_1(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _from_latin_1(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogatepass")
