"""How much work the messages of a comparison are, told from their sizes and marks without reading them. Pure."""

from collections.abc import Iterable

from crossfade.shadow.bindings.exchanges import handle_fields
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_small
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request, header_values

HEAVY = 2500
"""From here on a comparison is heavy: some 10 ms of work, 50 ms at worst, of all its messages together."""
_SURELY_LIGHT_BYTES = 1024
"""So many bytes in plain bodies are light whatever is in them."""
_BYTES = 16
"""So many bytes without a mark are as much work as a mark."""
_FIELD_BYTES = 4
"""A field of a message in a stream takes so many bytes or more. Where each byte is one, the bound is some 40 ms."""
_MARKS = b",:[{<&=\n|;"
"""Each value of a structure stands beside one of these."""
_LIGHT_FIELDS_CHARS = 2048
"""So many letters in all header fields of a message are light whatever is in them."""
_FIELD_MARKS = ",;="
_MORE_FOR_A_TAG = 2
_BR = "br"  # of its messages none is small for sure
_READS = frozenset({"GET", "HEAD"})
_SEARCHED_BYTES = 2_097_152
"""Of bodies that are the same the tokens are searched for, some 10 ms for a megabyte."""
_LONG_BYTES = HEAVY * _BYTES


def is_heavy(comparison: Comparison, most: int = HEAVY) -> bool:
    """Whether a comparison is too much work for a loop on which others wait: more than ``most``."""
    again = comparison.again
    others = () if again is None else (again.candidate, again.secondary, again.later)
    replies = (comparison.legacy, comparison.candidate, comparison.secondary, *others)
    answers = [reply for reply in replies if isinstance(reply, Answer)]
    return _are_heavy((comparison.request, *answers), comparison.request.protocol, most)


def is_read_of_same_bytes(comparison: Comparison) -> bool:
    """Whether all answers to a read surely are the same, handles and all, so that no body needs to be read."""
    legacy, others = comparison.legacy, (comparison.candidate, comparison.secondary)
    if comparison.request.method not in _READS or comparison.again is not None or not isinstance(legacy, Answer):
        return False
    if len(legacy.body) > _SEARCHED_BYTES or header_values(legacy.headers, "content-encoding"):
        return False
    answered = [reply for reply in others if reply is not None]
    messages: list[Request | Answer] = [comparison.request, legacy]
    messages += [reply for reply in answered if isinstance(reply, Answer)]
    fields_weight = sum(_fields_weight(message) for message in messages)
    return fields_weight <= HEAVY and all(
        isinstance(reply, Answer)
        and reply.body == legacy.body
        and handle_fields(reply.headers) == handle_fields(legacy.headers)
        and not header_values(reply.headers, "content-encoding")
        for reply in answered
    )


def is_heavy_request(request: Request, most: int = HEAVY) -> bool:
    """As ``is_heavy``, of a request that is looked through."""
    return _are_heavy((request,), request.protocol, most)


def is_heavy_reply(request: Request, reply: Reply, most: int = HEAVY) -> bool:
    """As ``is_heavy``, of an answer that is looked through."""
    return isinstance(reply, Answer) and _are_heavy((reply,), request.protocol, most)


def are_heavy_messages(one: bytes, other: bytes, *, proto: bool) -> bool:
    """As ``is_heavy``, of two messages of streams that stand at one place."""
    if proto:
        return len(one) + len(other) > HEAVY * _FIELD_BYTES
    return len(one) + len(other) > _LONG_BYTES or _marked(one) + _marked(other) > HEAVY


def _are_heavy(messages: Iterable[Request | Answer], protocol: Protocol, most: int) -> bool:
    weight = 0
    for message in messages:
        weight += _fields_weight(message)
        if message.body:
            weight += _weight(message.headers, message.body, protocol, most)
        if weight > most:
            return True
    return False


def _fields_weight(message: Request | Answer) -> int:
    """An element of a list and a cookie each stand beside a mark, too."""
    values = [value for fields in (message.headers, message.trailers) for _, value in fields]
    chars = sum(map(len, values))
    if chars <= _LIGHT_FIELDS_CHARS:
        return 0
    return chars // _BYTES + len(values) + sum(value.count(mark) for value in values for mark in _FIELD_MARKS)


def _weight(headers: Headers, body: bytes, protocol: Protocol, most: int) -> int:
    """Of a coded body by what it holds; more than the bound where that is too long, or can't be told."""
    if len(body) > most * _BYTES:
        return most + 1
    if protocol is Protocol.GRPC and _BR in "".join(header_values(headers, "grpc-encoding")).lower():
        return most + 1
    try:
        if protocol is Protocol.GRPC:
            body = b"".join(split_frames(body, headers, most * _BYTES))
        else:
            body = decode_small(body, header_values(headers, "content-encoding"), most * _BYTES)
    except UndecodableError:
        return most + 1
    if len(body) <= _SURELY_LIGHT_BYTES:
        return 0
    if protocol is Protocol.GRPC:  # a packed field has a value in each byte
        return len(body)
    return _marked(body)


def _marked(text: bytes) -> int:
    marks = len(text) - len(text.translate(None, _MARKS))
    return len(text) // _BYTES + marks + _MORE_FOR_A_TAG * text.count(b"<")
