"""The media type of a body (RFC 9110 8.3), and how a body of that type is read."""

import codecs
import re
from enum import StrEnum
from functools import lru_cache

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.exchange import Headers, header_values


class Form(StrEnum):
    """How a body is read."""

    JSON = "json"
    EVENTS = "server-sent events"
    LINES = "lines of JSON"
    DOCUMENTS = "JSON texts, one after the other"
    FIELDS = "form"
    PARTS = "multipart"
    XML = "XML"
    HTML = "HTML"
    TABLE = "rows of cells"
    TEXT = "text"
    BYTES = "bytes"


STREAMS = frozenset({Form.EVENTS, Form.LINES, Form.DOCUMENTS})
"""What is compared message by message."""

_LINES = frozenset(
    {
        *("application/x-ndjson", "application/ndjson", "application/x-ldjson", "application/ldjson", "text/x-ndjson"),
        *("application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines"),
        *("application/json-lines", "text/jsonl"),
    }
)
# RFC 7464, RFC 8091 (+json-seq); Spring's stream+json
_DOCUMENTS = frozenset(
    {"application/json-seq", "application/stream+json", "application/x-json-stream", "application/json-stream"}
)
_STREAM_PARAMETERS = ("stream", "streaming")  # application/json;stream=watch, as Kubernetes has it
_HTML = "text/html"
_XML = frozenset({"application/xml", "text/xml", "application/xml-external-parsed-entity", "application/xml-dtd"})
TAB_SEPARATED = "text/tab-separated-values"
_TABLES = frozenset({"text/csv", "application/csv", TAB_SEPARATED})
_TEXT = frozenset({"application/javascript", "application/yaml", "application/graphql"})

_NEVER_JSON = ("image/", "audio/", "video/", "font/", "model/")

_MOST_KEPT = 1024
_MOST_KEPT_CHARS = 256
_PARAMETER = re.compile(r'\s*;\s*([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.DOTALL)
# Codecs of text by the names that Python gives them; others (idna, unicode_escape, utf-7) are not one-to-one.
_TEXT_CODECS = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[a-z]+)?|iso8859-\d+|cp\d+|mac-\w+|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+|tis-620"
)


def media_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """Type and parameters of the content-type, names in lower case; ("", {}) where there is none.

    What can't be read as a parameter is part of the type, so that it is not lost.
    """
    values = header_values(headers, "content-type")
    if not values:
        return "", {}
    text = ",".join(values)
    kind, params = (_read if len(text) <= _MOST_KEPT_CHARS else _read.__wrapped__)(text)
    return kind, dict(params)


@lru_cache(_MOST_KEPT)
def _read(text: str) -> tuple[str, dict[str, str]]:
    kind, mark, rest = text.partition(";")
    params: dict[str, str] = {}
    rest = (mark + rest).rstrip("; \t")
    while match := _PARAMETER.match(rest):
        name, quoted, plain = match.groups()
        if name.lower() in params:
            break
        params[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        rest = rest[match.end() :]
    return kind.strip().lower() + rest, params


def meaning_of_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """As ``media_type``, without the case of a charset (RFC 9110 8.3.2) and a boundary, which carry no meaning."""
    kind, params = media_type(headers)
    if kind.startswith("multipart/"):
        params.pop("boundary", None)  # RFC 2046 5.1.1
    return kind, {name: value.lower() if name == "charset" else value for name, value in params.items()}


def form_of(kind: str, params: dict[str, str]) -> Form:  # noqa: PLR0911 - one for each form
    """How a body of this media type is read, by its name; its bytes may show more."""
    if kind == "text/event-stream":
        return Form.EVENTS
    if kind in _LINES:
        return Form.LINES
    if kind in _DOCUMENTS or kind.endswith("+json-seq"):
        return Form.DOCUMENTS
    if is_json(kind):
        values = (params.get(name, "").lower() for name in _STREAM_PARAMETERS)
        return Form.DOCUMENTS if any(value not in {"", "false", "0"} for value in values) else Form.JSON
    if kind == "application/x-www-form-urlencoded":
        return Form.FIELDS
    if kind.startswith("multipart/"):
        return Form.PARTS
    if kind == _HTML:
        return Form.HTML
    if kind in _XML or kind.endswith("+xml"):
        return Form.XML
    if kind in _TABLES:
        return Form.TABLE
    return Form.TEXT if kind.startswith("text/") or kind in _TEXT else Form.BYTES


def may_say_json(kind: str) -> bool:
    """Whether a body of this media type may be JSON all the same: a picture is none, whatever its bytes."""
    return not kind.startswith(_NEVER_JSON)


def is_json(kind: str) -> bool:
    """Whether a media type is JSON (RFC 8259, RFC 6839)."""
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def decode_text(body: bytes, charset: str) -> str:
    """The text of a body. Raises: UndecodableError: not a charset of text, or other bytes."""
    try:
        codec = codecs.lookup(charset.strip())
        if _TEXT_CODECS.fullmatch(codec.name):
            return codec.decode(body)[0]
    except (LookupError, ValueError):
        pass
    raise UndecodableError(f"expected text in {charset[:20]!r}, got other bytes")
