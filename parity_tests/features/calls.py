"""The features of one call: its request, and what was answered. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, unquote

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.features.messages import message_classes
from crossfade.parity_tests.features.places import MAX_BYTES
from crossfade.parity_tests.features.records import Classed, Direction, Feature, word
from crossfade.parity_tests.features.scalars import SET, classes_of, length_class
from crossfade.parity_tests.features.streams import stream_classes
from crossfade.parity_tests.features.values import value_classes
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import EMPTY, decode_body
from crossfade.shadow.compare.decode.grpc import GrpcAnswer, details_value, split_answer, split_frames
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.compare.headers import IGNORED
from crossfade.shadow.exchange import Answer, Failure, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, STREAMED_REQUESTS

MAX_FEATURES = 2_000
"""Of one direction of a call; more are left out."""
_MAX_PARAMETERS = 200
_MAX_MESSAGES = 200
_UNDECODABLE, _TOO_LONG = "undecodable", "too long"
_NAME = re.compile(r"\{([^{}]*)\}")


def call_features(call: Call, contract: Contract | None) -> frozenset[Feature]:
    """All that a call exercises; ``call.reply`` is what legacy answered."""
    return request_features(call, contract) | answer_features(call, call.reply, contract)


def request_features(call: Call, contract: Contract | None) -> frozenset[Feature]:
    """What its request exercises."""
    return _features(call, Direction.REQUEST, _request(call, contract))


def answer_features(call: Call, reply: Reply, contract: Contract | None) -> frozenset[Feature]:
    """What an answer to it exercises."""
    return _features(call, Direction.ANSWER, _reply(call, reply, contract))


def _features(call: Call, direction: Direction, classes: Iterable[Classed]) -> frozenset[Feature]:
    route = call.route.key
    return frozenset(Feature(route, direction, path, name) for path, name in islice(classes, MAX_FEATURES))


def _request(call: Call, contract: Contract | None) -> Iterator[Classed]:
    request = call.request
    yield from stream_classes(call)
    yield from _fields(request.headers, request.protocol, "metadata" if _is_call(request) else "header")
    if _is_call(request):
        yield from _messages(request, request.headers, request.body, contract, is_answer=False)
    else:
        yield from _path(call.route.route, request.target)
        yield from _query(request.target)
        yield from _body(request.headers, request.body)


def _reply(call: Call, reply: Reply, contract: Contract | None) -> Iterator[Classed]:
    request = call.request
    if isinstance(reply, Failure):
        yield "answer", word(reply.reason.value)
    elif _is_call(request):
        yield from _call_answer(request, reply, contract)
    else:
        yield "status", word(str(reply.status))
        yield from _fields(reply.headers, request.protocol, "header")
        yield from _body(reply.headers, reply.body)


def _is_call(request: Request) -> bool:
    return request.protocol is Protocol.GRPC


# HTTP


def _path(route: str, target: str) -> Iterator[Classed]:
    """The values of the segments that the route names."""
    names, values = route.partition(" ")[2].split("/"), target.partition("?")[0].split("/")
    if len(names) != len(values):
        return
    for name, value in zip(names, values, strict=True):
        if _NAME.search(name):
            yield from ((f"path/{name}", found) for found in classes_of(unquote(value)))


def _query(target: str) -> Iterator[Classed]:
    try:
        pairs = parse_qsl(target.partition("?")[2], keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        yield "query", _TOO_LONG
        return
    for name, value in pairs:
        yield from ((f"query/{name}", found) for found in classes_of(value))


def _body(headers: Headers, body: bytes) -> Iterator[Classed]:
    if len(body) > MAX_BYTES:
        yield "body", _TOO_LONG
        return
    try:
        value = decode_body(headers, body)
    except UndecodableError:
        yield "body", _UNDECODABLE
    else:
        yield from value_classes(value, "body") if value != EMPTY else (("body", "empty"),)


def _fields(headers: Headers, protocol: Protocol, part: str) -> Iterator[Classed]:
    """That a field is there; of a content type, which one."""
    for name, _ in headers:
        if place := _place_of(name, protocol, part):
            yield place, SET
    kind = media_type(headers)[0] if protocol is Protocol.HTTP else ""
    if kind:
        yield f"{part}.content-type", word(kind)


@lru_cache(2048)
def _place_of(name: str, protocol: Protocol, part: str) -> str:
    lower = name.lower()
    return "" if lower in IGNORED[protocol] else f"{part}.{lower}"


# gRPC


def _call_answer(request: Request, answer: Answer, contract: Contract | None) -> Iterator[Classed]:
    try:
        call = split_answer(answer)
    except UndecodableError:
        yield "message", _UNDECODABLE
        return
    yield "status.code", word(call.code)
    if call.message:
        yield "status.message", SET
    yield from _details(call, contract)
    yield from _fields(call.metadata, request.protocol, "metadata")
    yield from _fields(call.trailers, request.protocol, "trailer")
    yield from _messages(request, answer.headers, answer.body, contract, is_answer=True)
    if call.messages and call.code != "OK":
        yield "message", "error mid-stream"


def _details(call: GrpcAnswer, contract: Contract | None) -> Iterator[Classed]:
    value: Value = details_value(call.details, contract) if call.details else None
    details = value.get("details") if isinstance(value, dict) else None
    for item in details if isinstance(details, tuple) else ():
        if isinstance(item, dict):
            yield "status.details[*].@type", word(str(item.get("@type")))


def _messages(
    request: Request, headers: Headers, body: bytes, contract: Contract | None, *, is_answer: bool
) -> Iterator[Classed]:
    name = request.target.partition("?")[0].lstrip("/")
    method = None if contract is None else contract.methods.get(name)
    if len(body) > MAX_BYTES:
        yield "message", _TOO_LONG
        return
    try:
        messages = split_frames(body, headers)
        yield "message", length_class(len(messages))
        if method is None or contract is None:
            return
        kind = method.output_type if is_answer else method.input_type
        streamed = STREAMED_ANSWERS if is_answer else STREAMED_REQUESTS
        root = "message[*]" if len(messages) > 1 or method.call_type in streamed else "message"
        for data in messages[:_MAX_MESSAGES]:
            yield from message_classes(data, kind, contract, root)
    except UndecodableError:
        yield "message", _UNDECODABLE
