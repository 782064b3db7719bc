"""The frames that the engine sends to the compare process: msgpack arrays behind a 4-byte length.

Only the two processes of one run speak them, so they carry no version.
"""

import struct
from dataclasses import dataclass
from typing import Any

import msgpack

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

LENGTH = struct.Struct(">I")
_RouteFields = tuple[str, str, str, str, str]
_REQUEST, _ANSWER, _FAILURE, _SETTLED, _COUNTS, _END, _UNMIRRORED, _PART, _REQUEST_END, _HEAD, _RULES = range(11)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFrame:
    """A request that is to be mirrored: a complete one, or, ``live``, one whose body follows in parts."""

    route: RouteInfo
    listener: str
    write: bool
    ask_secondary: bool
    live: bool
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFrame:
    """Bytes of a live request's body, or of an answer that is followed as a stream, as they passed."""

    request_id: str
    of_answer: bool
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEndFrame:
    """The client has sent all of a live request."""

    request_id: str
    trailers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHeadFrame:
    """Legacy's answer has begun and will come in parts, up to a ReplyFrame whose answer has no body."""

    request_id: str
    status: int
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFrame:
    """Legacy's reply to a request that was sent before."""

    request_id: str
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledFrame:
    """A request that was sent before will get no reply: it ended like this."""

    request_id: str
    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmirroredFrame:
    """A write that legacy alone got, and its answer: what was minted there is foreign to the candidate."""

    request: Request
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsFrame:
    """What the engine counted since the run began: requests entered, and those it settled itself."""

    entered: tuple[tuple[RouteInfo, int], ...]
    settled: tuple[tuple[RouteInfo, Outcome, Reason, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFrame:
    """The last frame of a run that was ended in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFrame:
    """What is mirrored follows other rules from here on."""

    rules_digest: str


Frame = (
    RequestFrame
    | PartFrame
    | RequestEndFrame
    | AnswerHeadFrame
    | ReplyFrame
    | SettledFrame
    | UnmirroredFrame
    | CountsFrame
    | RulesFrame
    | EndFrame
)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame with its length in front."""
    packed: bytes = msgpack.packb(_fields(frame), use_bin_type=True, unicode_errors="surrogatepass")
    return LENGTH.pack(len(packed)) + packed


def decode(payload: bytes) -> Frame:
    """The frame of a payload without its length."""
    tag, *fields = msgpack.unpackb(payload, use_list=False, strict_map_key=False, unicode_errors="surrogatepass")
    frame: Frame = _DECODERS[tag](*fields)
    return frame


def _fields(frame: Frame) -> tuple[Any, ...]:  # noqa: C901, PLR0911 - one for each frame
    match frame:
        case RequestFrame():
            return (
                _REQUEST,
                _route_fields(frame.route),
                frame.listener,
                (frame.write, frame.ask_secondary, frame.live),
                _request_fields(frame.request),
            )
        case PartFrame():
            return (_PART, frame.request_id, frame.of_answer, frame.data)
        case RequestEndFrame():
            return (_REQUEST_END, frame.request_id, frame.trailers)
        case AnswerHeadFrame():
            return (_HEAD, frame.request_id, frame.status, frame.headers)
        case ReplyFrame(reply=Answer() as answer):
            return (_ANSWER, frame.request_id, *_answer_fields(answer))
        case ReplyFrame(reply=Failure() as failure):
            return (_FAILURE, frame.request_id, failure.reason.value, failure.detail, failure.latency_ms)
        case SettledFrame():
            return (_SETTLED, frame.request_id, frame.outcome.value, frame.reason.value)
        case UnmirroredFrame():
            return (_UNMIRRORED, _request_fields(frame.request), _answer_fields(frame.answer))
        case CountsFrame():
            entered = tuple((_route_fields(route), count) for route, count in frame.entered)
            settled = tuple((_route_fields(route), o.value, r.value, count) for route, o, r, count in frame.settled)
            return (_COUNTS, entered, settled)
        case EndFrame():
            return (_END,)
        case RulesFrame():
            return (_RULES, frame.rules_digest)
    raise TypeError(f"expected a frame, got {type(frame).__name__}")


def _route_fields(route: RouteInfo) -> _RouteFields:
    return (route.route, route.protocol, route.call_type, route.stage, route.listener)


def _request_fields(request: Request) -> tuple[Any, ...]:
    return (
        request.id,
        request.protocol.value,
        request.method,
        request.scheme,
        request.authority,
        request.target,
        request.headers,
        request.body,
        request.truncated,
        request.trailers,
        request.started_at,
    )


def _answer_fields(answer: Answer) -> tuple[Any, ...]:
    head = (answer.status, answer.headers, answer.body, answer.truncated, answer.trailers, answer.latency_ms)
    return (*head, answer.windows)


def _route(fields: _RouteFields) -> RouteInfo:
    route, protocol, call_type, stage, listener = fields
    return RouteInfo(route=route, protocol=protocol, call_type=call_type, stage=Stage(stage), listener=listener)


def _decode_request(
    route: _RouteFields, listener: str, marks: tuple[bool, bool, bool], fields: tuple[Any, ...]
) -> RequestFrame:
    write, ask_secondary, live = marks
    return RequestFrame(
        route=_route(route),
        listener=listener,
        write=write,
        ask_secondary=ask_secondary,
        live=live,
        request=_request(fields),
    )


def _decode_part(request_id: str, of_answer: bool, data: bytes) -> PartFrame:  # noqa: FBT001 - in the order of the frame
    return PartFrame(request_id=request_id, of_answer=of_answer, data=data)


def _decode_request_end(request_id: str, trailers: tuple[Any, ...]) -> RequestEndFrame:
    return RequestEndFrame(request_id=request_id, trailers=trailers)


def _decode_head(request_id: str, status: int, headers: tuple[Any, ...]) -> AnswerHeadFrame:
    return AnswerHeadFrame(request_id=request_id, status=status, headers=headers)


def _decode_answer(request_id: str, *fields: Any) -> ReplyFrame:  # noqa: ANN401 - msgpack values
    return ReplyFrame(request_id=request_id, reply=_answer(fields))


def _decode_unmirrored(request: tuple[Any, ...], answer: tuple[Any, ...]) -> UnmirroredFrame:
    return UnmirroredFrame(request=_request(request), answer=_answer(answer))


def _request(fields: tuple[Any, ...]) -> Request:
    id_, protocol, method, scheme, authority, target, headers, body, truncated, trailers, started_at = fields
    return Request(
        id=id_,
        protocol=Protocol(protocol),
        method=method,
        scheme=scheme,
        authority=authority,
        target=target,
        headers=headers,
        body=body,
        truncated=truncated,
        trailers=trailers,
        started_at=started_at,
    )


def _answer(fields: tuple[Any, ...]) -> Answer:
    status, headers, body, truncated, trailers, latency_ms, windows = fields
    return Answer(
        status=status,
        headers=headers,
        body=body,
        truncated=truncated,
        trailers=trailers,
        latency_ms=latency_ms,
        windows=windows,
    )


def _decode_failure(request_id: str, reason: str, detail: str, latency_ms: float) -> ReplyFrame:
    failure = Failure(reason=FailureReason(reason), detail=detail, latency_ms=latency_ms)
    return ReplyFrame(request_id=request_id, reply=failure)


def _decode_settled(request_id: str, outcome: str, reason: str) -> SettledFrame:
    return SettledFrame(request_id=request_id, outcome=Outcome(outcome), reason=Reason(reason))


def _decode_counts(entered: tuple[Any, ...], settled: tuple[Any, ...]) -> CountsFrame:
    return CountsFrame(
        entered=tuple((_route(route), count) for route, count in entered),
        settled=tuple((_route(route), Outcome(o), Reason(r), count) for route, o, r, count in settled),
    )


_DECODERS: dict[int, Any] = {
    _REQUEST: _decode_request,
    _ANSWER: _decode_answer,
    _FAILURE: _decode_failure,
    _SETTLED: _decode_settled,
    _COUNTS: _decode_counts,
    _END: EndFrame,
    _UNMIRRORED: _decode_unmirrored,
    _PART: _decode_part,
    _REQUEST_END: _decode_request_end,
    _HEAD: _decode_head,
    _RULES: lambda digest: RulesFrame(rules_digest=digest),
}
