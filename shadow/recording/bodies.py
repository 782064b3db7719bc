"""HTTP bodies as they may be stored: read and with some values replaced, or only their length and digest. Pure."""

import re

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.media import decode_text, is_json, media_type
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Headers, header_values
from crossfade.shadow.exchange.events import Body, Hidden
from crossfade.shadow.recording.codings import encode_codings
from crossfade.shadow.evidence.json_text import redact_json
from crossfade.shadow.recording.plain import is_plain

MAX_BODY_BYTES = 1_048_576
"""What is longer when decoded is not looked through, and so not kept."""

_LINES = frozenset(
    {"text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)
_LINE = re.compile(r"((?:[a-z]+:)?\s*)(.*?)(\s*)", re.DOTALL)


def hide(body: bytes, redactor: Redactor) -> Hidden:
    """A body of which nothing is kept but that it is the same as another one."""
    return Hidden(size_bytes=len(body), digest=redactor.digest(body))


def redact_body(headers: Headers, body: bytes, redactor: Redactor) -> Body:
    """A whole body as it may be stored, in its content codings.

    JSON, forms and text are read; what can't be read as what it says, is no text or is too long is hidden.
    """
    try:
        plain = plain_body(headers, body)
        if len(plain) > MAX_BODY_BYTES:
            return hide(body, redactor)
        redacted = _redact_plain(headers, plain, redactor)
    except (UndecodableError, UnicodeEncodeError):
        return hide(body, redactor)
    return body if redacted == plain else encode_codings(redacted, header_values(headers, "content-encoding"))


def _redact_plain(headers: Headers, plain: bytes, redactor: Redactor) -> bytes:
    """Raises: UndecodableError, UnicodeEncodeError."""
    kind, params = media_type(headers)
    if is_json(kind):
        return _redact_json(decode_text(plain, "utf-8"), redactor).encode()
    if kind == "application/x-www-form-urlencoded":
        return "&".join(map(redactor.query_pair, decode_text(plain, "utf-8").split("&"))).encode()
    if kind.startswith("multipart/"):
        raise UndecodableError("expected a body whose names stand before its values, got parts")
    charset = params.get("charset", "utf-8") if kind.startswith("text/") else "utf-8"
    text = decode_text(plain, charset)
    if not is_plain(text):
        raise UndecodableError("expected text, got control characters")
    redacted = _redact_lines(text, redactor) if kind in _LINES else _redact_text(text, redactor)
    return plain if redacted == text else redacted.encode(charset)


def _redact_text(text: str, redactor: Redactor) -> str:
    """Text that is JSON without saying so is read as JSON."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return _redact_json(text, redactor)
        except UndecodableError:
            pass
    return redactor.members(text)


def _redact_lines(text: str, redactor: Redactor) -> str:
    """A stream of JSON texts, one a line or one an event."""
    lines = (_LINE.fullmatch(line) for line in text.splitlines(keepends=True))
    return "".join(line[1] + _redact_text(line[2], redactor) + line[3] for line in lines if line)


def _redact_json(text: str, redactor: Redactor) -> str:
    decode_json(text)
    return redact_json(text, redactor)
