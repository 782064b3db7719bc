"""The media type of a body (RFC 9110 8.3)."""

import codecs
import re

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.exchange import Headers, header_values

EVENTS = "text/event-stream"
LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})

_PARAMETER = re.compile(r'\s*;\s*([^\s;="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.DOTALL)
# Codecs of text by the names that Python gives them; others (idna, unicode_escape, utf-7) are not one-to-one.
_TEXT_CODECS = re.compile(
    r"ascii|utf-(?:8|16|32)(?:-[a-z]+)?|iso8859-\d+|cp\d+|mac-\w+|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+|tis-620"
)


def media_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """Type and parameters of the content-type, lower case but for the parameters' values; ("", {}) where there is none.

    What can't be read as a parameter is part of the type, so that it is not lost.
    """
    values = header_values(headers, "content-type")
    if not values:
        return "", {}
    kind, mark, rest = ",".join(values).partition(";")
    params: dict[str, str] = {}
    rest = (mark + rest).rstrip("; \t")
    while match := _PARAMETER.match(rest):
        name, quoted, plain = match.groups()
        if name.lower() in params:
            break
        params[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
        rest = rest[match.end() :]
    return (kind.strip() + rest).lower(), params


def is_json(kind: str) -> bool:
    """Whether a media type is JSON (RFC 8259, RFC 6839)."""
    return kind in {"application/json", "text/json"} or kind.endswith("+json")


def is_stream(kind: str) -> bool:
    """Whether a media type is a stream of messages: server-sent events, or lines of JSON."""
    return kind == EVENTS or kind in LINES


def is_structured(kind: str) -> bool:
    """Whether a media type is read as more than a text or mere bytes, so that other bytes may mean the same."""
    return is_json(kind) or is_stream(kind) or kind == "application/x-www-form-urlencoded"


def decode_text(body: bytes, charset: str) -> str:
    """The text of a body. Raises: UndecodableError: not a charset of text, or other bytes."""
    try:
        codec = codecs.lookup(charset.strip())
        if _TEXT_CODECS.fullmatch(codec.name):
            return codec.decode(body)[0]
    except (LookupError, ValueError):
        pass
    raise UndecodableError(f"expected text in {charset[:20]!r}, got other bytes")
