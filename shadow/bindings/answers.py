"""An answer as one value in which leaves that may be handles have places of their own. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.messages import MAX_BODY_BYTES, NO_HANDLES, message_type
from crossfade.shadow.bindings.names import ANY, Part, Site, is_token_name
from crossfade.shadow.bindings.pairs import Leaf, Partner, text_of
from crossfade.shadow.bindings.texts import path_names
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import decode_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.difference import Value

_BODY, _HEADER, _COOKIE = "body", "header", "cookie"


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf with its site: ``legacy``'s text, and the other's or why there is none.

    ``taken``: where that is because the other's is known already, what legacy calls it.
    """

    path: tuple[str | int, ...]
    site: Site
    legacy: str
    other: str | Partner
    taken: str = ""


def answer_value(request: Request, answer: Answer, contract: Contract | None) -> Value:
    """The body, header fields and cookies of an answer. Raises: UndecodableError."""
    value = head_value(answer)
    if answer.truncated or len(answer.body) > MAX_BODY_BYTES:
        raise UndecodableError("expected a whole body that is not too long, got another one")
    if request.protocol is Protocol.GRPC:
        value[_BODY] = _messages(request, answer, contract)
    elif answer.body:
        value[_BODY] = decode_body(answer.headers, answer.body)
    return value


def head_value(answer: Answer) -> dict[str, Value]:
    """The header fields and cookies of an answer."""
    return {_HEADER: _fields(answer), _COOKIE: _cookies(answer)}


def without_head(value: Value) -> Value:
    """The body alone of what ``answer_value`` gave."""
    return {name: item for name, item in value.items() if name == _BODY} if isinstance(value, dict) else value


def message_value_of(data: bytes, type_name: str | None, contract: Contract | None) -> Value:
    """One message of a stream as the body of an answer. Raises: UndecodableError."""
    if type_name is None:
        return {_BODY: decode_body((("content-type", "application/json"),), data)}
    if contract is None:
        raise UndecodableError("expected a contract, got none")
    return {_BODY: decode_message(data, type_name, contract)}


def found_leaves(leaf: Leaf) -> Iterator[Found]:
    """A leaf as places where a handle may stand: a path segment by segment, anything else as it is."""
    ours = text_of(leaf.legacy)
    theirs = leaf.other if isinstance(leaf.other, Partner) else text_of(leaf.other)
    if not ours:
        return
    if theirs is None:
        theirs = Partner.MISSING
    site = site_of(leaf.names)
    is_opaque = is_token_name(site.name) and "://" not in ours and ours[0] != "/"
    if "/" not in ours or is_opaque:
        yield Found(leaf.path, site, ours, theirs)
    elif isinstance(theirs, Partner):
        yield from _segments(leaf.path, ours, None)
    elif ours.count("/") == theirs.count("/"):
        yield from _segments(leaf.path, ours, theirs)


def site_of(names: tuple[str, ...]) -> Site:
    """The site of a leaf of ``answer_value``."""
    part, *inner = names
    if part == _BODY:
        return Site(Part.BODY, tuple(inner))
    return Site(Part.COOKIE if part == _COOKIE else Part.HEADER, tuple(inner))


def _segments(path: tuple[str | int, ...], ours: str, theirs: str | None) -> Iterator[Found]:
    left = ours.partition("?")[0].split("/")
    right = None if theirs is None else theirs.partition("?")[0].split("/")
    start = 3 if "://" in ours[:40] else 0
    if right is not None and len(right) != len(left):
        return
    for at in range(start, len(left)):
        other = Partner.MISSING if right is None else unquote(right[at])
        if left[at] and other not in ("", unquote(left[at])):
            names = (*path_names("/".join(left[start:at])), ANY)
            yield Found((*path, at), Site(Part.PATH, names), unquote(left[at]), other)


def _messages(request: Request, answer: Answer, contract: Contract | None) -> Value:
    kind = message_type(request, contract, is_answer=True)
    if kind is None or contract is None:
        return ()
    found = tuple(decode_message(data, kind, contract) for data in split_frames(answer.body, answer.headers))
    return found[0] if len(found) == 1 else found


def _fields(answer: Answer) -> Value:
    found: dict[str, Value] = {}
    for name, value in (*answer.headers, *answer.trailers):
        lower = name.lower()
        if lower not in NO_HANDLES and lower not in {"set-cookie", "link"} and not lower.endswith("-bin"):
            found[lower] = value.strip()
    return found


def _cookies(answer: Answer) -> Value:
    found: dict[str, Value] = {}
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            cookie, mark, content = value.partition(";")[0].partition("=")
            if mark:
                found[cookie.strip()] = content.strip()
    return found
