"""An HTTP body as a value, by its content type."""

from urllib.parse import parse_qsl

from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.framing import split_texts, text_value
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.media import decode_text, is_json, is_stream, is_structured, media_type
from crossfade.shadow.compare.difference import Value
from crossfade.shadow.exchange import Headers, header_values

EMPTY = b""
"""The value of a body without bytes: neither JSON's null nor a text."""
_TEXT_TYPES = frozenset({"application/xml", "application/javascript", "application/yaml", "application/graphql"})
_MAX_FORM_FIELDS = 10_000


def decode_body(headers: Headers, body: bytes) -> Value:
    """The meaning of a body: ``plain_value`` of its ``plain_body``.

    Raises: UndecodableError: a coding, JSON or a form that is not what the headers say.
    """
    return plain_value(headers, plain_body(headers, body))


def plain_body(headers: Headers, body: bytes) -> bytes:
    """The body before its content codings were applied. Raises: UndecodableError."""
    return decode_codings(body, header_values(headers, "content-encoding"))


def plain_value(headers: Headers, body: bytes) -> Value:
    """JSON and forms as structures, streams as their messages, text as str, anything else as bytes; EMPTY when empty.

    Text that is not in its charset stays bytes.
    Raises: UndecodableError: JSON or a form that is not what the headers say.
    """
    if not body:
        return EMPTY
    kind, params = media_type(headers)
    if is_structured(kind):
        return _structure(kind, body)
    if kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith("+xml"):
        try:
            return decode_text(body, params.get("charset", "utf-8"))
        except UndecodableError:
            return body
    return body


def is_opaque(headers: Headers) -> bool:
    """Whether a body with these header fields means its very bytes: it is neither coded nor read as a structure."""
    coded = any(value.strip().lower() not in {"", "identity"} for value in header_values(headers, "content-encoding"))
    return not coded and not is_structured(media_type(headers)[0])


def coded_messages(headers: Headers, body: bytes) -> tuple[bytes, ...] | None:
    """The messages of a whole body of a stream's media type that is coded; None where it is something else."""
    kind, _ = media_type(headers)
    if not is_stream(kind) or not header_values(headers, "content-encoding"):
        return None
    try:
        return split_texts(kind, plain_body(headers, body))
    except UndecodableError:
        return None


def _structure(kind: str, body: bytes) -> Value:
    if is_json(kind):
        return decode_json(decode_text(body, "utf-8"))  # RFC 8259 8.1: a charset parameter has no effect
    if is_stream(kind):
        return tuple(text_value(kind, text) for text in split_texts(kind, body))
    return _form(decode_text(body, "utf-8"))


def _form(text: str) -> Value:
    """Each field's value, or all its values; escaped bytes that are not UTF-8 stay apart as lone surrogates."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FORM_FIELDS, errors="surrogateescape")
    except ValueError:
        raise UndecodableError(f"expected a form with at most {_MAX_FORM_FIELDS} fields, got more") from None
    fields: dict[str, list[Value]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in fields.items()}
