"""The differences of one answer from legacy's: status, header fields, trailers, then what the body means."""

from collections.abc import Iterator
from dataclasses import replace

from crossfade.codegen.contract import CallType, Contract, Method
from crossfade.shadow.compare.bodies import coding_of, diff_bodies
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import is_opaque, is_structured
from crossfade.shadow.compare.decode.grpc import GrpcAnswer, details_value
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.compare.decode.proto import ProtoMessage, decode_message
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.diff.walk import leaf, walk
from crossfade.shadow.compare.headers import diff_fields
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values
from crossfade.shadow.exchange.body import DIGEST_BYTES
from crossfade.shadow.exchange.difference import UNSEEN_MESSAGE, Difference, Kind, Value
from crossfade.shadow.exchange.outcome import Reason

STATUS_PLACES = frozenset({"status", "status.code"})
"""Where another state shows; a difference there comes before all others."""
_STREAMS_ANSWERS = frozenset({CallType.SERVER_STREAM, CallType.BIDI})
_OK = "OK"
_NO_BODY = frozenset({204, 304})  # RFC 9110 6.4.1


class NotComparableError(Exception):
    """Legacy's own answer gives nothing to compare with, or one of the two was not seen as a whole."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def diff_answers(request: Request, legacy: Answer, other: Answer, contract: Contract | None) -> Iterator[Difference]:
    """The differences of one answer from legacy's, one after the other, without a bound.

    Raises: NotComparableError: and then those that came before mean nothing.
    """
    return diff_views(request, AnswerView(legacy), AnswerView(other), contract)


def diff_views(
    request: Request, legacy: AnswerView, other: AnswerView, contract: Contract | None, keys: ListKeys = NO_KEYS
) -> Iterator[Difference]:
    """As ``diff_answers``; an answer that is compared with several others is decoded once.

    ``keys`` are those of the lists in bodies and messages.
    """
    if request.protocol is Protocol.GRPC:
        return _grpc(request, legacy, other, contract, keys)
    return _http(request, legacy, other, keys)


# HTTP


def _http(request: Request, legacy: AnswerView, other: AnswerView, keys: ListKeys) -> Iterator[Difference]:
    ours, theirs = legacy.answer, other.answer
    if ours.status != theirs.status:
        yield leaf(Place.at("status"), Kind.VALUE, ours.status, theirs.status)
    yield from diff_fields(ours.headers, theirs.headers, "header", Protocol.HTTP)
    yield from diff_fields(ours.trailers, theirs.trailers, "trailer", Protocol.HTTP)
    if request.method == "HEAD":
        yield from _lengths(ours, theirs)
    elif ours.truncated or theirs.truncated:
        yield from _long_bodies(ours, theirs)
    elif ours.status not in _NO_BODY or theirs.status not in _NO_BODY:
        yield from _bodies(legacy, other, keys)


def _long_bodies(legacy: Answer, other: Answer) -> Iterator[Difference]:
    """Beyond the limit equal bytes are equal, and bytes that mean themselves differ where they do."""
    ours, theirs = _parts(legacy), _parts(other)
    if legacy.truncated != bool(legacy.windows) or other.truncated != bool(other.windows):
        raise NotComparableError(Reason.TRUNCATED, "a body is longer than what digests are kept of")
    if ours == theirs and coding_of(legacy) == coding_of(other):
        return
    if not is_opaque(legacy.headers, legacy.body) or not is_opaque(other.headers, other.body):
        raise NotComparableError(Reason.TRUNCATED, "a body is longer than mirror.body_limit_bytes, and bytes differ")
    window = next((index for index, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two), None)
    at = min(len(ours), len(theirs)) if window is None else window
    yield leaf(Place.at("body"), Kind.VALUE, *(f"other bytes in part {at} of {len(parts)}" for parts in (ours, theirs)))


def _parts(answer: Answer) -> tuple[bytes, ...]:
    """What is known of a body: its beginning, then the digests of the windows that follow."""
    digests = answer.windows
    return (answer.body, *(digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)))


def _lengths(legacy: Answer, other: Answer) -> Iterator[Difference]:
    """Of a HEAD answer's body only the length is known; an equal structure may be written in more or fewer bytes."""
    ours, theirs = (header_values(answer.headers, "content-length") for answer in (legacy, other))
    if ours and theirs and not is_structured(legacy.headers):
        yield from walk(", ".join(ours), ", ".join(theirs), Place.at("header.content-length"))


def _bodies(legacy: AnswerView, other: AnswerView, keys: ListKeys) -> Iterator[Difference]:
    try:
        yield from diff_bodies(legacy, other, keys)
    except UndecodableError as error:
        raise NotComparableError(Reason.UNDECODABLE, f"legacy's body: {error}") from None


# gRPC


def _grpc(
    request: Request, legacy: AnswerView, other: AnswerView, contract: Contract | None, keys: ListKeys
) -> Iterator[Difference]:
    if legacy.answer.truncated or other.answer.truncated:
        if _parts(legacy.answer) != _parts(other.answer) or not legacy.answer.windows:
            raise NotComparableError(Reason.TRUNCATED, "a body is longer than mirror.body_limit_bytes")
        legacy, other = _without_body(legacy), _without_body(other)  # the same, message by message
    try:
        ours = legacy.call()
    except UndecodableError as error:
        raise NotComparableError(Reason.UNDECODABLE, f"legacy's answer: {error}") from None
    try:
        theirs = other.call()
    except UndecodableError:
        yield leaf(Place.at("message"), Kind.TYPE, "gRPC frames", other.answer.body)
        return
    yield from _statuses(ours, theirs, contract)
    yield from walk(legacy.answer.status, other.answer.status, Place.at("status.http"))
    our_type, their_type = _grpc_type(legacy.answer.headers), _grpc_type(other.answer.headers)
    yield from walk(our_type, their_type, Place.at("metadata.content-type"))
    yield from diff_fields(ours.metadata, theirs.metadata, "metadata", Protocol.GRPC)
    yield from diff_fields(ours.trailers, theirs.trailers, "trailer", Protocol.GRPC)
    yield from _messages(request, legacy, other, contract, keys)


def _without_body(view: AnswerView) -> AnswerView:
    return AnswerView(replace(view.answer, body=b""))


def _grpc_type(headers: Headers) -> str:
    """Protobuf is what application/grpc means."""
    return media_type(headers)[0].removesuffix("+proto")


def _statuses(ours: GrpcAnswer, theirs: GrpcAnswer, contract: Contract | None) -> Iterator[Difference]:
    place = Place.at("status")
    yield from walk(ours.code, theirs.code, place.field("code"))
    yield from walk(ours.message, theirs.message, place.field("message"))
    if ours.details != theirs.details:
        yield from _details(ours.details, theirs.details, place.field("details"), contract)


def _details(ours: bytes, theirs: bytes, place: Place, contract: Contract | None) -> Iterator[Difference]:
    """The list of details at ``status.details``, the code and message that google.rpc.Status repeats below it."""
    left, right = (details_value(data, contract) if data else None for data in (ours, theirs))
    if left is None or right is None:
        yield leaf(place, Kind.ADDED if left is None else Kind.MISSING, left, right)
    elif isinstance(left, dict) and isinstance(right, dict):
        yield from walk(left["details"], right["details"], place, proto=True)
        yield from walk(_without_details(left), _without_details(right), place, proto=True)
    else:
        yield from walk(left, right, place, proto=True)


def _without_details(status: dict[str, Value]) -> Value:
    return ProtoMessage({name: value for name, value in status.items() if name != "details"})


def _messages(
    request: Request, legacy: AnswerView, other: AnswerView, contract: Contract | None, keys: ListKeys
) -> Iterator[Difference]:
    place = Place.at("message")
    ours, theirs = legacy.call(), other.call()
    name = request.target.partition("?")[0].lstrip("/")
    method = None if contract is None else contract.methods.get(name)
    if contract is None or method is None:
        if ours.messages and theirs.messages and ours.messages != theirs.messages:
            raise NotComparableError(Reason.NO_CONTRACT, f"the contract has no method {name[:100]}")
        if ours.messages != theirs.messages:
            yield from _one_sided(ours.messages, theirs.messages, place)
        return
    if method.call_type in _STREAMS_ANSWERS:
        left, right = ours.messages, theirs.messages
    else:
        left, right = _seen(ours), _seen(theirs)
        if not left and not right and ours.messages != theirs.messages:
            yield _unseen(ours.messages, theirs.messages, method.output_type, contract)
    if left != right:
        yield from _seen_messages(legacy if left else None, other if right else None, method, contract, keys)


def _seen(answer: GrpcAnswer) -> tuple[bytes, ...]:
    """What a caller gets of a call with one answer: clients drop a message beside an error."""
    return answer.messages if answer.code == _OK else ()


def _unseen(ours: tuple[bytes, ...], theirs: tuple[bytes, ...], output_type: str, contract: Contract) -> Difference:
    """That the messages beside the errors differ, as one difference of no field."""
    kind = Kind.MISSING if not theirs else Kind.ADDED if not ours else Kind.VALUE
    left, right = (_readable(messages, output_type, contract) for messages in (ours, theirs))
    return leaf(Place.at(UNSEEN_MESSAGE), kind, left, right)


def _readable(messages: tuple[bytes, ...], output_type: str, contract: Contract) -> Value:
    """The first message, or its bytes where it is none: nobody reads it anyway."""
    if not messages:
        return None
    try:
        return decode_message(messages[0], output_type, contract)
    except UndecodableError:
        return messages[0]


def _seen_messages(
    legacy: AnswerView | None, other: AnswerView | None, method: Method, contract: Contract, keys: ListKeys
) -> Iterator[Difference]:
    """Of the messages that a caller sees; None of a side of which it sees none."""
    place = Place.at("message")
    try:
        left = () if legacy is None else legacy.messages(method.output_type, contract)
    except UndecodableError as error:
        raise NotComparableError(Reason.UNDECODABLE, f"legacy's message: {error}") from None
    try:
        right = () if other is None else other.messages(method.output_type, contract)
    except UndecodableError:
        yield leaf(place, Kind.TYPE, left[0] if left else None, other.call().messages[0] if other else None)
        return
    if method.call_type in _STREAMS_ANSWERS or len(left) > 1 or len(right) > 1:
        yield from walk(left, right, place, proto=True, keys=keys)
    elif left and right:
        yield from walk(left[0], right[0], place, proto=True, keys=keys)
    else:
        yield from _one_sided(left, right, place)


def _one_sided(left: tuple[Value, ...], right: tuple[Value, ...], place: Place) -> Iterator[Difference]:
    """An answer that has messages on one side only."""
    kind = Kind.MISSING if left else Kind.ADDED
    yield leaf(place, kind, left[0] if left else None, right[0] if right else None)
