"""What a request and its answers show at a glance, before anything of them is read. Pure."""

import hashlib
from collections.abc import Callable

from crossfade.shadow.bindings.carried import id_members, is_plain_json, long_runs, runs
from crossfade.shadow.bindings.messages import CREDENTIALS, NO_HANDLES
from crossfade.shadow.bindings.names import words_of
from crossfade.shadow.bindings.shapes import MIN_TOKEN_CHARS, is_token
from crossfade.shadow.exchange import Answer, Headers, Protocol, Reply, Request, header_values

_AROUND = 200
_ERROR = 400
_OF_CREDENTIALS = frozenset({"token", "session", "auth", "csrf", "xsrf", "jwt", "sid"})
_TAKEN_APART = ("oken", "ursor", "\\")
"""What stands in JSON in which a handle may be inside of base64 or behind an escape."""


def etag_scope(request: Request, legacy: Answer | None) -> str:
    """The scope of ETags: those of two resources may be the same text. What was created has that of its Location."""
    made = () if legacy is None else header_values(legacy.headers, "location")
    return f"etag {(made[0] if len(made) == 1 else request.target).partition('?')[0]}"


def page_scope(request: Request) -> str:
    """The scope of page tokens: those of two callers, or of two lists, may be the same text."""
    asks = hashlib.blake2b("\0".join(credentials(request)).encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"page {asks} {request.target.partition('?')[0]}"


def credentials(request: Request) -> list[str]:
    """Tokens and cookies by which a request says who asks; no password, which a client chose itself."""
    found = []
    for name, value in request.headers:
        lower = name.lower()
        if lower in CREDENTIALS:
            scheme, mark, token = value.partition(" ")
            if scheme.lower() != "basic":
                found.append(token if mark else value)
        elif lower == "cookie":
            found += [pair.partition("=")[2].strip() for pair in value.split(";")]
        elif lower not in NO_HANDLES and not _OF_CREDENTIALS.isdisjoint(words_of(lower)):
            found.append(value)
    return [text for text in found if len(text) >= MIN_TOKEN_CHARS]


def handle_fields(headers: Headers) -> Headers:
    """The header fields in which a handle may stand."""
    return tuple([field for field in headers if field[0].lower() not in NO_HANDLES])


def may_differ_in_handles(legacy: Answer, other: Reply | None, *, write: bool) -> bool:
    """Whether two answers may differ in a handle, or a write may show that they do not; none is read for that."""
    if not isinstance(other, Answer):
        return other is not None
    if legacy.headers != other.headers and handle_fields(legacy.headers) != handle_fields(other.headers):
        return True
    return write if legacy.body == other.body else not _is_alike(legacy, other)


def _is_alike(legacy: Answer, other: Answer) -> bool:
    """Whether two JSON bodies that differ have the same ids and tokens."""
    if not is_plain_json(legacy.headers):
        return False
    parts = unequal_parts(legacy.body, other.body)
    ours, theirs = (part.decode("latin-1") for part in parts)
    if any(mark in ours or mark in theirs for mark in _TAKEN_APART):
        return False
    our_runs, their_runs = (set(long_runs(part)) for part in parts)
    if any(is_token(run) for run in our_runs ^ their_runs):
        return False
    return set(id_members(ours)) == set(id_members(theirs))


def unequal_parts(one: bytes, two: bytes) -> tuple[bytes, bytes]:
    """What is between the equal beginnings and ends of two bodies, and 200 bytes around it."""
    shorter = min(len(one), len(two))
    begin = _bisect(shorter, lambda size: one[:size] == two[:size])
    end = _bisect(shorter - begin, lambda size: one[len(one) - size :] == two[len(two) - size :])
    begin, end = max(begin - _AROUND, 0), max(end - _AROUND, 0)
    return one[begin : len(one) - end], two[begin : len(two) - end]


def _bisect(high: int, holds: Callable[[int], bool]) -> int:
    """The largest size up to ``high`` for which something holds that holds for all smaller ones."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def may_be_mapped(request: Request, answer: Answer) -> set[str] | None:
    """The runs of letters, digits, - and _ by which handles may be looked for; None where they don't show all."""
    if request.protocol is Protocol.GRPC or not is_plain_json(answer.headers):
        return None
    text = answer.body.decode("utf-8", "replace")
    if any(mark in text for mark in _TAKEN_APART):
        return None
    return runs("\n".join([text, *(value for _, value in handle_fields(answer.headers))]))


def status_of(answer: Answer, request: Request) -> tuple[int, tuple[str, ...]]:
    """The HTTP status, and of a call its gRPC status."""
    if request.protocol is not Protocol.GRPC:
        return answer.status, ()
    return answer.status, header_values((*answer.headers, *answer.trailers), "grpc-status")


def succeeded(answer: Answer, request: Request) -> bool:
    """Whether a side did what it was asked."""
    status, codes = status_of(answer, request)
    return status < _ERROR and (request.protocol is not Protocol.GRPC or codes in {(), ("0",)})
