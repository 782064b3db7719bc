"""A call's request as a tree of what can be dropped: parameters, header fields, the parts of its body. Pure."""

import struct
from dataclasses import dataclass, replace
from urllib.parse import quote_plus, unquote_plus

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.parity_tests.shrink.json_tree import read_json, write_json
from crossfade.parity_tests.shrink.trees import Node
from crossfade.parity_tests.shrink.wire_tree import read_message, write_message
from crossfade.shadow.bindings.messages import message_type
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.encoders import encode_codings
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.exchange import Headers, Protocol, Request, header_values
from crossfade.shadow.exchange.route import STREAMED_REQUESTS

MAX_BODY_BYTES = 4 * 2**20
"""A longer body is dropped as a whole or not at all."""
_PREFIX = struct.Struct(">BI")
_NEEDED = frozenset(
    {"host", "content-type", "content-length", "content-encoding", "transfer-encoding", "te", "grpc-encoding"}
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A parameter as it stands in a query or a form."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class _Json:
    """JSON in these codings; ``like``: the text it came from."""

    like: bytes
    codings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A form in these codings."""

    codings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Frames:
    """The messages of a call; their names are their numbers."""


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What is not read."""

    data: bytes


def request_tree(call: Call, contract: Contract | None) -> Node:
    """The tree of a call's request; ``call_of`` makes the call again."""
    return _tree(call, _body(call, contract))


def unread_tree(call: Call) -> Node:
    """As ``request_tree``, with the body as it is or without one."""
    return _tree(call, _unread(call.request))


def _tree(call: Call, body: Node) -> Node:
    request = call.request
    query = request.target.partition("?")[2]
    parts = [Node(name="query", fixed=True, children=_pairs(query))]
    headers = tuple(Node(name=name, form=value, fixed=name.lower() in _NEEDED) for name, value in request.headers)
    parts.append(Node(name="header", fixed=True, children=headers))
    if request.body:
        parts.append(body)
    return Node(name="request", children=tuple(parts), fixed=True)


def call_of(call: Call, root: Node) -> Call:
    """The call with a request of this tree, that was made of ``request_tree(call, ...)``."""
    parts = {part.name: part for part in root.children}
    request = call.request
    path, mark, _ = request.target.partition("?")
    query = _pairs_text(parts["query"])
    body = _body_bytes(parts["body"]) if "body" in parts else b""
    headers = tuple((field.name, str(field.form)) for field in parts["header"].children)
    changed = replace(
        request,
        target=path + mark + query if query else path,
        headers=_with_length(headers, len(body)),
        body=body,
    )
    return replace(call, request=changed, timing=_timing(call, parts.get("body")))


def _body(call: Call, contract: Contract | None) -> Node:
    request = call.request
    if len(request.body) > MAX_BODY_BYTES or request.truncated:
        return _unread(request)
    try:
        found = _messages(call, contract) if request.protocol is Protocol.GRPC else _http_body(request)
    except UndecodableError:
        found = None
    return found or _unread(request)


def _unread(request: Request) -> Node:
    return Node(name="body", form=_Bytes(request.body), fixed=request.protocol is Protocol.GRPC)


def _http_body(request: Request) -> Node | None:
    """Raises: UndecodableError."""
    codings = header_values(request.headers, "content-encoding")
    plain = decode_codings(request.body, codings) if codings else request.body
    form = form_of(*media_type(request.headers))
    if form is Form.FIELDS:
        return Node(name="body", children=_pairs(plain.decode("latin-1")), form=_Pairs(codings))
    root = read_json(plain)
    return None if root is None else Node(name="body", children=(root,), form=_Json(plain, codings))


def _messages(call: Call, contract: Contract | None) -> Node | None:
    """Raises: UndecodableError."""
    kind = message_type(call.request, contract)
    if kind is None or contract is None:
        return None
    streamed = call.route.call_type in STREAMED_REQUESTS
    messages = []
    for index, data in enumerate(split_frames(call.request.body, call.request.headers)):
        fields = read_message(data, kind, contract)
        form = _Bytes(data) if fields is None else None
        messages.append(Node(name=str(index), children=fields or (), form=form, fixed=not streamed))
    return Node(name="body", children=tuple(messages), form=_Frames(), fixed=True)


def _body_bytes(body: Node) -> bytes:
    match body.form:
        case _Json(like, codings):
            plain = write_json(body.children[0], like) if body.children else b""
            return encode_codings(plain, codings) if plain else b""
        case _Pairs(codings):
            return encode_codings(_pairs_text(body).encode("latin-1", "replace"), codings)
        case _Frames():
            return b"".join(map(_frame, body.children))
        case _Bytes(data):
            return data
    raise TypeError("expected a body that request_tree gave")


def _frame(message: Node) -> bytes:
    """The message behind its prefix, not compressed."""
    data = message.form.data if isinstance(message.form, _Bytes) else write_message(message.children)
    return _PREFIX.pack(0, len(data)) + data


def _pairs(text: str) -> tuple[Node, ...]:
    parts = (part.partition("=") for part in text.split("&") if part)
    return tuple(
        Node(name=name, value=unquote_plus(value), form=_Pair(f"{name}{mark}{value}", unquote_plus(value)))
        for name, mark, value in parts
    )


def _pairs_text(pairs: Node) -> str:
    return "&".join(map(_pair_text, pairs.children))


def _pair_text(pair: Node) -> str:
    form = pair.form
    if isinstance(form, _Pair) and form.value == pair.value:
        return form.text
    return f"{pair.name}={quote_plus(str(pair.value))}"


def _with_length(headers: Headers, body_bytes: int) -> Headers:
    return tuple((name, str(body_bytes) if name.lower() == "content-length" else value) for name, value in headers)


def _timing(call: Call, body: Node | None) -> Timing:
    """That of the messages that are left; none where it is not known which these are."""
    timing = call.timing
    if body is None or not isinstance(body.form, _Frames):
        return timing
    kept = [int(message.name) for message in body.children]
    times = tuple(timing.client_ms[index] for index in kept if index < len(timing.client_ms))
    return replace(timing, client_ms=times if len(times) == len(kept) else ())
