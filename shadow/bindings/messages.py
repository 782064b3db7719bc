"""Whole requests and answers with handles replaced, wherever those may stand, and all else as it was. Pure.

What is cut, or can't be decoded, keeps its body as it is.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.json_text import rewrite_json
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.texts import Change, rewrite_pairs, rewrite_target, rewrite_text, rewrite_words
from crossfade.shadow.bindings.wire import WireRewriter
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.encoders import encode_codings
from crossfade.shadow.compare.decode.media import Form, decode_text, form_of, media_type
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values

MAX_BODY_BYTES = 4_194_304
"""A longer body is not looked through."""

CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
NO_HANDLES = frozenset(
    {"host", "content-length", "content-type", "content-encoding", "date", "user-agent", "server", "via", "te", "vary"}
    | {"accept", "accept-encoding", "accept-language", "connection", "transfer-encoding", "last-modified", "expires"}
    | {"cache-control", "age", "grpc-status", "grpc-message", "grpc-encoding", "grpc-accept-encoding", "grpc-timeout"}
    | {"if-modified-since", "if-unmodified-since", "allow", "keep-alive", "x-crossfade-id", "x-crossfade-role"}
)
"""Header fields in which no handle stands."""
CLIENTS_OWN = frozenset(
    {"traceparent", "tracestate", "baggage", "b3", "uber-trace-id", "sentry-trace", "x-cloud-trace-context"}
    | {"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-amzn-trace-id", "x-request-id", "x-correlation-id"}
)
"""Header fields that a client makes anew for each request: what stands there comes from no answer."""
_ETAGS = frozenset({"etag", "if-match", "if-none-match", "if-range"})
_TARGETS = frozenset({"location", "content-location", "referer"})
_LINK = re.compile(r"(?<=<)[^<>\s]{1,4096}(?=>)")
_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length
_JSON = frozenset({Form.JSON, Form.DOCUMENTS, Form.LINES, Form.EVENTS})
_TEXTS = frozenset({Form.TEXT, Form.TABLE, Form.HTML, Form.XML, Form.PARTS})


def rewrite_request(request: Request, change: Change, contract: Contract | None) -> Request:
    """The request with what ``change`` replaces; the very same request where that is nothing."""
    is_call = request.protocol is Protocol.GRPC
    target = request.target if is_call else rewrite_target(request.target, change)
    headers, trailers = (rewrite_fields(fields, change) for fields in (request.headers, request.trailers))
    body = rewrite_body(request, change, contract)
    if (target, headers, trailers, body) == (request.target, request.headers, request.trailers, request.body):
        return request
    headers = _with_length(headers, request.body, body)
    return replace(request, target=target, headers=headers, trailers=trailers, body=body)


def rewrite_body(request: Request, change: Change, contract: Contract | None) -> bytes:
    """The request's body with what ``change`` replaces."""
    if request.truncated:
        return request.body
    if request.protocol is not Protocol.GRPC:
        return _body(request.headers, request.body, change)
    return rewrite_call(request.target, request.headers, request.body, change, contract)


def rewrite_call(target: str, headers: Headers, body: bytes, change: Change, contract: Contract | None) -> bytes:
    """The messages that a client sends in a call; of its ``headers`` their coding is read."""
    return _call_body(headers, body, WireRewriter(contract, _leaves(change)), _type_at(target, contract))


def rewrite_answer(request: Request, answer: Answer, change: Change, contract: Contract | None) -> Answer:
    """The answer with what ``change`` replaces; the very same answer where that is nothing."""
    headers, trailers = (rewrite_fields(fields, change) for fields in (answer.headers, answer.trailers))
    body = answer.body
    if not answer.truncated and request.protocol is Protocol.GRPC:
        kind = message_type(request, contract, is_answer=True)
        body = _call_body(answer.headers, body, WireRewriter(contract, _leaves(change)), kind)
    elif not answer.truncated:
        body = _body(answer.headers, body, change)
    if (headers, trailers, body) == (answer.headers, answer.trailers, answer.body):
        return answer
    return replace(answer, headers=_with_length(headers, answer.body, body), trailers=trailers, body=body)


def rewrite_message(data: bytes, type_name: str | None, change: Change, contract: Contract | None) -> bytes:
    """One message of a stream: of a type of the contract, or a JSON text."""
    if type_name is not None:
        return WireRewriter(contract, _leaves(change)).rewrite(data, type_name)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    changed = rewrite_json(text, _leaves(change))
    return data if changed == text else changed.encode("utf-8", "surrogatepass")


def rewrite_fields(headers: Headers, change: Change) -> Headers:
    """Header fields with what ``change`` replaces: credentials, cookies, ETags, targets, and whole values."""
    changed = tuple([(name, _field(name.lower(), value, change)) for name, value in headers])
    return headers if changed == headers else changed


def message_type(request: Request, contract: Contract | None, *, is_answer: bool = False) -> str | None:
    """The type of a call's messages, None where the contract does not have the method."""
    return _type_at(request.target, contract, is_answer=is_answer)


def _type_at(target: str, contract: Contract | None, *, is_answer: bool = False) -> str | None:
    method = None if contract is None else contract.methods.get(target.partition("?")[0].lstrip("/"))
    if method is None:
        return None
    return method.output_type if is_answer else method.input_type


def _field(name: str, value: str, change: Change) -> str:  # noqa: PLR0911 - one for each grammar
    if not value or name in NO_HANDLES or name.endswith("-bin"):
        return value
    site = Site(Part.HEADER, (name,))
    if name in CREDENTIALS:
        scheme, mark, token = value.partition(" ")
        return scheme + mark + (change(token, site) or token) if mark else change(value, site) or value
    if name == "cookie":
        return _joined(";", value, lambda pair: _cookie(pair, change))
    if name == "set-cookie":
        pair, mark, attributes = value.partition(";")
        return _cookie(pair, change) + mark + attributes
    if name in _ETAGS:
        return _joined(
            ",", value, lambda item: _stripped(item, lambda etag: change(etag, Site(Part.HEADER, ("etag",))))
        )
    if name in _TARGETS:
        return rewrite_target(value, change)
    if name == "link":
        return _LINK.sub(lambda match: rewrite_target(match[0], change), value)
    return rewrite_text(value, site, change)


def _cookie(pair: str, change: Change) -> str:
    name, mark, value = pair.partition("=")
    if not mark:
        return pair
    return name + mark + _stripped(value, lambda text: change(text, Site(Part.COOKIE, (name.strip(),))))


def _stripped(text: str, change: Callable[[str], str | None]) -> str:
    plain = text.strip()
    changed = change(plain) if plain else None
    return text if changed is None else text.replace(plain, changed, 1)


def _joined(mark: str, text: str, rewrite: Callable[[str], str]) -> str:
    return mark.join(map(rewrite, text.split(mark)))


def _with_length(headers: Headers, before: bytes, after: bytes) -> Headers:
    if len(before) == len(after):
        return headers
    return tuple((name, str(len(after)) if name.lower() == "content-length" else value) for name, value in headers)


def _leaves(change: Change) -> Callable[[str, tuple[str, ...]], str | None]:
    def leaf(text: str, names: tuple[str, ...]) -> str | None:
        changed = rewrite_text(text, Site(Part.BODY, names), change)
        return None if changed is text else changed

    return leaf


def _body(headers: Headers, body: bytes, change: Change) -> bytes:
    """An HTTP body in its content codings."""
    if not body or len(body) > MAX_BODY_BYTES:
        return body
    codings = header_values(headers, "content-encoding")
    try:
        plain = decode_codings(body, codings, MAX_BODY_BYTES) if codings else body
        changed = _plain(headers, plain, change)
        return body if changed == plain else encode_codings(changed, codings)
    except (UndecodableError, UnicodeEncodeError):
        return body


def _plain(headers: Headers, plain: bytes, change: Change) -> bytes:
    """Raises: UndecodableError, UnicodeEncodeError."""
    kind, params = media_type(headers)
    form = form_of(kind, params)
    if form in _JSON or (form in {Form.TEXT, Form.TABLE, Form.HTML, Form.BYTES} and plain.lstrip()[:1] in {b"{", b"["}):
        return _coded(plain, "utf-8", lambda text: rewrite_json(text, _leaves(change)))
    if form is Form.FIELDS:
        return _coded(plain, "utf-8", lambda text: rewrite_pairs(text, change, Part.BODY))
    if form in _TEXTS:
        return _coded(plain, params.get("charset", "utf-8"), lambda text: rewrite_words(text, change))
    return plain


def _coded(plain: bytes, charset: str, rewrite: Callable[[str], str]) -> bytes:
    text = decode_text(plain, charset)
    changed = rewrite(text)
    return plain if changed == text else changed.encode(charset)


def _call_body(headers: Headers, body: bytes, rewriter: WireRewriter, type_name: str | None) -> bytes:
    """The frames of a call; a cut frame, or one that is not in its coding, leaves all of them as they are."""
    if type_name is None or not body or len(body) > MAX_BODY_BYTES:
        return body
    codings = header_values(headers, "grpc-encoding")
    try:
        return b"".join(_frame(flag, data, rewriter, type_name, codings) for flag, data in _split(body))
    except UndecodableError:
        return body


def _split(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(body):
        if len(body) - at < _PREFIX.size:
            raise UndecodableError("expected a 5-byte frame prefix, got a cut one")
        flag, length = _PREFIX.unpack_from(body, at)
        start = at + _PREFIX.size
        at = start + length
        if at > len(body) or flag > 1:
            raise UndecodableError("expected a whole gRPC frame, got a cut or invalid one")
        yield flag, body[start:at]


def _frame(flag: int, data: bytes, rewriter: WireRewriter, type_name: str, codings: tuple[str, ...]) -> bytes:
    plain = decode_codings(data, codings, MAX_BODY_BYTES) if flag else data
    changed = rewriter.rewrite(plain, type_name)
    if changed != plain:
        data = encode_codings(changed, codings) if flag else changed
    return _PREFIX.pack(flag, len(data)) + data
