"""The parts of a multipart body (RFC 2046 5.1): each has header fields and a body of its own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.fields import TYPE, read_field
from crossfade.shadow.compare.decode.media import meaning_of_type
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.exchange import Headers, header_values
from crossfade.shadow.exchange.difference import Value

MAX_PARTS = 1000
ORDER, LINE_ENDS = "(order)", "(line ends)"
_PLAIN = (("content-type", "text/plain"),)  # RFC 2046 5.1: what a part without a type is
_MAX_HEAD_BYTES = 16_384
_HEAD_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FIELD = re.compile(r"([^\s:]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_FOLDED = re.compile(r"\r?\n[ \t]+")
_LINE_END = re.compile(r"\r?\n")


class Parts(tuple[Value, ...]):
    """The parts of a body that have no names, in their order, and behind them that their lines end with LF alone."""

    __slots__ = ()

    def names(self) -> tuple[str, ...]:
        """What each is known by: its id, else its disposition with its parameters, else its type."""
        return tuple(map(_known_by, self))

    def in_order_of(self, other: "Parts") -> "Parts":
        """These parts as another body has its own; as they are where both have not the same names, each once."""
        ours, theirs = self.names(), other.names()
        if ours == theirs or len(set(ours)) < len(ours) or sorted(ours) != sorted(theirs):
            return self
        known = dict(zip(ours, self, strict=True))
        return Parts(known[name] for name in theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part; its body is ``whole[begin:end]``."""

    headers: Headers
    begin: int
    end: int


def split_parts(body: bytes, boundary: str) -> tuple[Part, ...]:
    """The parts between the delimiters. What is before the first and behind the last has no meaning (RFC 2046 5.1.1).

    Raises: UndecodableError: no boundary, no part, no end, a head that is none, more than 1000 parts.
    """
    spans = list(_spans(body, boundary))
    return tuple(_part(body, begin, end) for begin, end in spans)


def _spans(body: bytes, boundary: str) -> Iterator[tuple[int, int]]:
    if not boundary or not boundary.isascii():
        raise UndecodableError("expected a boundary of ASCII, got none")
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    match = delimiter.search(body)
    for _ in range(MAX_PARTS):
        if match is None:
            raise UndecodableError("expected parts with an end, got a cut or another body")
        if match[1]:
            return
        begin = match.end()
        # the line end before a delimiter is part of it, and may be the very one behind the delimiter before
        match = delimiter.search(body, max(begin - 2, match.start() + 1))
        if match is not None:
            yield begin, max(begin, match.start())
    raise UndecodableError(f"expected at most {MAX_PARTS} parts, got more")


def _part(body: bytes, begin: int, end: int) -> Part:
    limit = min(end, begin + _MAX_HEAD_BYTES)
    if body[begin : begin + 2] == b"\r\n" or body[begin : begin + 1] == b"\n":
        return Part(headers=(), begin=begin + (2 if body[begin : begin + 1] == b"\r" else 1), end=end)
    head_end = _HEAD_END.search(body, begin, limit)
    head = body[begin : end if head_end is None else head_end.start()]
    if len(head) > _MAX_HEAD_BYTES or (head_end is None and end > limit):
        raise UndecodableError("expected a part with a head and a body, got one without")
    return Part(headers=_fields(head), begin=end if head_end is None else head_end.end(), end=end)


def _fields(head: bytes) -> Headers:
    text = _FOLDED.sub(" ", head.decode("latin-1"))
    found = []
    for line in _LINE_END.split(text):
        if not line:
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            raise UndecodableError("expected the head of a part, got another line")
        found.append((match[1], match[2].strip()))
    return tuple(found)


def parts_value(body: bytes, kind: str, boundary: str, value_of: Callable[[Headers, bytes], Value]) -> Value:
    """Parts of a form by their names, and the order of these; other parts as a list.

    ``value_of`` gives the value of a part's body. A body that has no such parts, or of which strict readers find other
    parts than lenient ones, is its bytes; where lines end with LF alone, which strict ones refuse, the value shows it.
    """
    try:
        parts = split_parts(body, boundary)
    except UndecodableError:
        return body
    values = tuple(_part_value(part, body[part.begin : part.end], value_of) for part in parts)
    line_ends = {end for part in parts for end in _line_ends(body, part)}
    if len(line_ends) > 1:
        return body
    ends: dict[str, Value] = {LINE_ENDS: "LF"} if line_ends == {"LF"} else {}
    names = [form_name(part.headers) for part in parts] if kind == "multipart/form-data" else [None]
    if all(name is not None for name in names) and ORDER not in names:
        named = keep_repeated(zip(map(str, names), values, strict=True))
        return {**named, ORDER: tuple(map(str, names)), **ends}
    return Parts((*values, ends) if ends else values)


def _known_by(part: Value) -> str:
    headers = part.get("headers") if isinstance(part, dict) else None
    for name in ("content-id", "content-disposition", "content-type"):
        if isinstance(headers, dict) and name in headers:
            value = headers[name]
            pairs = value.items() if isinstance(value, dict) else (("", value),)
            return f"{name}: {'; '.join(f'{key}={item}' if key else str(item) for key, item in pairs)}"
    return ""


def _part_value(part: Part, body: bytes, value_of: Callable[[Headers, bytes], Value]) -> Value:
    fields = keep_repeated((name.lower(), value) for name, value in part.headers)
    headers = {name: _field_value(name, value) for name, value in fields.items()}
    try:
        has_type = any(name == "content-type" for name in fields)
        content = value_of(part.headers if has_type else _PLAIN, body)
    except UndecodableError:
        content = body
    return {"headers": headers, "content": content}


def _line_ends(body: bytes, part: Part) -> Iterator[str]:
    """What ends the line before a part, and the one before the delimiter behind it."""
    yield "CRLF" if body.endswith(b"\r\n", 0, part.begin) else "LF"
    if part.end > part.begin:
        yield "CRLF" if body.startswith(b"\r\n", part.end) else "LF"


def _field_value(name: str, value: str) -> Value:
    if name != "content-type":
        return read_field(name, (value,))
    kind, params = meaning_of_type(((name, value),))
    return {TYPE: kind, **params} if params else kind


def form_name(headers: Headers) -> str | None:
    """The name of a field of a form (RFC 7578 4.2)."""
    value = read_field("content-disposition", header_values(headers, "content-disposition"))
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None
