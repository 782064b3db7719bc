"""An HTTP body as a value: by its content type, and as JSON where both sides' bodies are that."""

from urllib.parse import parse_qsl

from crossfade.shadow.compare.decode.cells import COMMAS, TABS
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.framing import split_texts, text_value
from crossfade.shadow.compare.decode.html_text import read_html
from crossfade.shadow.compare.decode.json_text import Documents, decode_documents
from crossfade.shadow.compare.decode.markup import NotElementsError
from crossfade.shadow.compare.decode.media import (
    STREAMS,
    TAB_SEPARATED,
    Form,
    decode_text,
    form_of,
    may_say_json,
    media_type,
)
from crossfade.shadow.compare.decode.multipart import parts_value
from crossfade.shadow.compare.decode.table import read_table
from crossfade.shadow.compare.decode.texts import Rows, Text
from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.exchange import Headers, header_values
from crossfade.shadow.exchange.difference import Value

EMPTY = b""
"""The value of a body without bytes: neither JSON's null nor a text."""
_MAX_FORM_FIELDS = 10_000
_MAX_PARTS_DEPTH = 4
_BLANKS = b" \t\r\n"


def decode_body(headers: Headers, body: bytes) -> Value:
    """The meaning of a body: ``plain_value`` of its ``plain_body``, and JSON also where its type does not name it.

    Raises: UndecodableError: a coding, JSON or a form that is not what the headers announce.
    """
    plain = plain_body(headers, body)
    found = json_value(headers, plain)
    return plain_value(headers, plain) if found is None else found


def plain_body(headers: Headers, body: bytes) -> bytes:
    """The body before its content codings were applied. Raises: UndecodableError."""
    return decode_codings(body, header_values(headers, "content-encoding"))


def plain_value(headers: Headers, body: bytes) -> Value:
    """JSON, forms, markup and parts as structures, streams as messages, text as str, else bytes; EMPTY when empty.

    Text that is not in its charset stays bytes; markup that can't be read without loss stays text.
    Raises: UndecodableError: JSON or a form that is not what the headers announce.
    """
    return _value(headers, body, 0)


def json_value(headers: Headers, body: bytes) -> Value:
    """The value of a body that is a JSON object or list, or several, as a whole; None where it is something else."""
    kind, params = media_type(headers)
    form = form_of(kind, params)
    if form in STREAMS or not may_say_json(kind) or not _may_be_json(body):
        return None
    try:
        return decode_documents(decode_text(body, "utf-8" if form is Form.JSON else params.get("charset", "utf-8")))
    except UndecodableError:
        return None


def _may_be_json(body: bytes) -> bool:
    """Whether a body begins and ends as a JSON object or list does."""
    return body.lstrip(_BLANKS)[:1] in {b"{", b"["} and body.rstrip(_BLANKS)[-1:] in {b"}", b"]"}


def is_opaque(headers: Headers, body: bytes) -> bool:
    """Whether a body that begins so means its very bytes: it is neither coded nor read as a structure."""
    coded = any(value.strip().lower() not in {"", "identity"} for value in header_values(headers, "content-encoding"))
    may_be_json = may_say_json(media_type(headers)[0]) and body.lstrip(_BLANKS)[:1] in {b"{", b"["}
    return not coded and not is_structured(headers) and not may_be_json


def is_structured(headers: Headers) -> bool:
    """Whether a body's type is read as more than a text or mere bytes, so that other bytes may mean the same."""
    return form_of(*media_type(headers)) not in {Form.TABLE, Form.TEXT, Form.BYTES}


def as_text(headers: Headers, body: bytes) -> Value:
    """A body as text in its charset; bytes where it is none."""
    kind, params = media_type(headers)
    try:
        text = decode_text(body, params.get("charset", "utf-8"))
        return Rows(text) if form_of(kind, params) is Form.TABLE else Text(text)
    except UndecodableError:
        return body


def coded_messages(headers: Headers, body: bytes) -> tuple[bytes, ...] | None:
    """The messages of a whole body of a stream's media type that is coded; None where it is something else."""
    form = form_of(*media_type(headers))
    if form not in STREAMS or not header_values(headers, "content-encoding"):
        return None
    try:
        return split_texts(form, plain_body(headers, body))
    except UndecodableError:
        return None


def _value(headers: Headers, body: bytes, depth: int) -> Value:  # noqa: PLR0911 - one for each form
    if not body:
        return EMPTY
    kind, params = media_type(headers)
    form = form_of(kind, params)
    if form in STREAMS:
        values = tuple(text_value(form, text) for text in split_texts(form, body))
        return values if form is Form.EVENTS else Documents(values)
    match form:
        case Form.JSON:
            return decode_documents(decode_text(body, "utf-8"))  # RFC 8259 8.1: a charset parameter has no effect
        case Form.FIELDS:
            return _fields(decode_text(body, "utf-8"))
        case Form.PARTS if depth < _MAX_PARTS_DEPTH:
            return parts_value(
                body, kind, params.get("boundary", ""), lambda fields, part: _value(fields, part, depth + 1)
            )
        case Form.XML | Form.HTML:
            return _markup(form, headers, body, params.get("charset"))
        case Form.TABLE:
            return _table(headers, body)
        case Form.TEXT:
            return as_text(headers, body)
        case _:
            return body


def _table(headers: Headers, body: bytes) -> Value:
    text = as_text(headers, body)
    if not isinstance(text, str):
        return text
    kind, params = media_type(headers)
    has_names = {"present": True, "absent": False}.get(params.get("header", "").lower())  # RFC 4180 3
    table = read_table(text, TABS if kind == TAB_SEPARATED else COMMAS, has_names=has_names)
    return text if table is None else table


def _markup(form: Form, headers: Headers, body: bytes, charset: str | None) -> Value:
    try:
        if form is Form.XML:
            return read_xml(body, charset)
        text = decode_text(body, charset or "utf-8").removeprefix("\ufeff")
        return read_html(text) if "<" in text or "&" in text else Text(text)
    except (NotElementsError, UndecodableError):
        return as_text(headers, body)


def _fields(text: str) -> Value:
    """Each field's value, or all its values; escaped bytes that are not UTF-8 stay apart as lone surrogates."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS, errors="surrogateescape")
    except ValueError:
        raise UndecodableError(f"expected a form with at most {_MAX_FORM_FIELDS} fields, got more") from None
    fields: dict[str, list[Value]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in fields.items()}
