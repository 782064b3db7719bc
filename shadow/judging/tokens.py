"""Handles: values that one side minted and a client sends back (ids, page tokens, ETags, cookies)."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import decode_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.markup import NAME, Element
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.compare.shape import shape
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values
from crossfade.shadow.exchange.difference import Difference, Kind, Value

MIN_CHARS = 8  # shorter values are too often equal by chance
_MAX_CHARS = 4096
_JSON_LEAVES = re.compile(r'"([^"]*)"(\s*:)?|(-?[0-9]+)')
_MINTED = frozenset({Kind.VALUE, Kind.FORMAT, Kind.TYPE})
_ETAG_FIELDS = frozenset({"if-match", "if-none-match"})
_ID_SHAPES = ("uuid", "hex", "integer", "text")


def handle_values(differences: Iterable[Difference]) -> frozenset[str]:
    """What legacy answered and the candidate answered differently: only legacy can know these values.

    A number that the candidate writes as a text is known to both.
    """
    return frozenset(
        text
        for difference in differences
        if difference.kind in _MINTED
        for text in _minted(difference, difference.legacy) - _minted(difference, difference.candidate)
    )


def _minted(difference: Difference, value: Value) -> set[str]:
    """The texts of a leaf; of a Location also its segments, which come back in other requests' targets."""
    if not isinstance(value, str | int | bytes):
        return set()
    segments = _target_tokens(value) if isinstance(value, str) and difference.template.endswith(".location") else ()
    return {*_leaves(value), *segments}


def minted_values(request: Request, answer: Answer, contract: Contract | None) -> frozenset[str]:
    """What legacy may have minted in answering a write that the candidate never saw.

    Values with a digit that look like ids and that the request did not carry; an answer that can't be decoded has none.
    """
    found = answer_tokens(request, answer, contract) - request_tokens(request, contract)
    return frozenset(text for text in found if _looks_like_an_id(text))


def answer_tokens(request: Request, answer: Answer, contract: Contract | None) -> frozenset[str]:
    """The values of an answer that a client may send back; an answer that can't be decoded has none."""
    if request.protocol is Protocol.GRPC:
        return frozenset(_message_tokens(request.target, answer.body, answer.headers, contract, reply=True))
    return frozenset((*_body_tokens(answer.headers, answer.body), *_answer_header_tokens(answer)))


def possible_tokens(request: Request, answer: Answer, contract: Contract | None) -> frozenset[str]:
    """``answer_tokens`` and perhaps a few more, for a tenth of the work where the body is JSON without an escape.

    Such JSON holds each text and whole number as it is (RFC 8259).
    """
    body = answer.body
    plain = is_json(media_type(answer.headers)[0]) and b"\\" not in body
    if request.protocol is Protocol.GRPC or not plain or header_values(answer.headers, "content-encoding"):
        return answer_tokens(request, answer, contract)
    try:
        found = _JSON_LEAVES.findall(body.decode())
    except UnicodeDecodeError:
        found = []
    texts = (text or number for text, colon, number in found if not colon)
    leaves = (text for text in texts if MIN_CHARS <= len(text) <= _MAX_CHARS)
    return frozenset((*leaves, *_answer_header_tokens(answer)))


def request_tokens(request: Request, contract: Contract | None) -> frozenset[str]:
    """The values of a request that stand where a handle may stand.

    Path segments, query values, cookies, If-Match and If-None-Match; leaves of JSON and form bodies and of messages.
    A body that can't be decoded has none.
    """
    if request.protocol is Protocol.GRPC:
        return frozenset(_message_tokens(request.target, request.body, request.headers, contract, reply=False))
    return frozenset(
        (*_target_tokens(request.target), *_header_tokens(request), *_body_tokens(request.headers, request.body))
    )


def _leaves(value: Value) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != NAME or not isinstance(value, Element):
                yield from _leaves(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, bytes):
        yield from _long_enough(value.decode("latin-1"))
    elif isinstance(value, str):
        yield from _long_enough(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from _long_enough(str(value))


def _long_enough(text: str) -> Iterator[str]:
    if MIN_CHARS <= len(text) <= _MAX_CHARS:
        yield text


def _target_tokens(target: str) -> Iterator[str]:
    path, _, query = target.partition("?")
    for segment in path.split("/"):
        yield from _long_enough(unquote(segment))
    if not query:
        return
    try:
        values = [value for _, value in parse_qsl(query, max_num_fields=1000)]
    except ValueError:
        return
    for value in values:
        yield from _long_enough(value)


def _header_tokens(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        lower = name.lower()
        if lower in _ETAG_FIELDS:
            for etag in value.split(","):
                yield from _long_enough(etag.strip())
        elif lower == "cookie":
            for pair in value.split(";"):
                yield from _long_enough(pair.partition("=")[2].strip())


def _answer_header_tokens(answer: Answer) -> Iterator[str]:
    for value in header_values(answer.headers, "location"):
        yield from _target_tokens(value)
    for value in header_values(answer.headers, "etag"):
        yield from _long_enough(value)
    for value in header_values(answer.headers, "set-cookie"):
        yield from _long_enough(value.partition(";")[0].partition("=")[2].strip())


def _looks_like_an_id(text: str) -> bool:
    return any(character.isdigit() for character in text) and shape(text).startswith(_ID_SHAPES)


def _body_tokens(headers: Headers, body: bytes) -> Iterator[str]:
    if not body:
        return
    try:
        yield from _leaves(decode_body(headers, body))
    except UndecodableError:
        return


def _message_tokens(
    target: str, body: bytes, headers: Headers, contract: Contract | None, *, reply: bool
) -> Iterator[str]:
    method = None if contract is None else contract.methods.get(target.partition("?")[0].lstrip("/"))
    if contract is None or method is None:
        return
    try:
        for data in split_frames(body, headers):
            yield from _leaves(decode_message(data, method.output_type if reply else method.input_type, contract))
    except UndecodableError:
        return
