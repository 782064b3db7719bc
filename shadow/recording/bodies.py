"""HTTP bodies as they may be stored: read and with some values replaced, or only their length and digest. Pure."""

import re

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.cells import COMMAS, TABS
from crossfade.shadow.compare.decode.encoders import encode_codings
from crossfade.shadow.compare.decode.fields import read_field
from crossfade.shadow.compare.decode.framing import split_texts, text_value
from crossfade.shadow.compare.decode.json_text import decode_documents
from crossfade.shadow.compare.decode.media import TAB_SEPARATED, Form, decode_text, form_of, media_type
from crossfade.shadow.compare.decode.multipart import Part, form_name, split_parts
from crossfade.shadow.evidence.json_text import redact_json
from crossfade.shadow.evidence.markup import redact_markup
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Headers, header_values
from crossfade.shadow.exchange.events import Body, Hidden
from crossfade.shadow.recording.cells import redact_cells
from crossfade.shadow.recording.readable import is_readable

MAX_BODY_BYTES = 1_048_576
"""What is longer when decoded is not looked through, and so not kept."""

_NO_CODINGS = frozenset({"", "7bit", "8bit", "binary"})
_MAX_PARTS_DEPTH = 4
_IN_A_CHARSET = frozenset({Form.TABLE, Form.TEXT, Form.HTML, Form.XML})
_LINE = re.compile(r"((?:[a-z]+:)?\s*)(.*?)(\s*)", re.DOTALL)


def hide(body: bytes, redactor: Redactor) -> Hidden:
    """A body of which nothing is kept but its length and digest, so that equal bodies stay equal."""
    return Hidden(size_bytes=len(body), digest=redactor.digest(body))


def redact_body(headers: Headers, body: bytes, redactor: Redactor) -> Body:
    """A whole body as it may be stored, in its content codings.

    JSON, forms, markup, parts and text are read; what can't be read as its media type, is no text or is too long is
    hidden.
    """
    try:
        plain = plain_body(headers, body)
        if len(plain) > MAX_BODY_BYTES:
            return hide(body, redactor)
        redacted = _redact_plain(headers, plain, redactor, 0)
    except (UndecodableError, UnicodeEncodeError):
        return hide(body, redactor)
    return body if redacted == plain else encode_codings(redacted, header_values(headers, "content-encoding"))


def _redact_plain(headers: Headers, plain: bytes, redactor: Redactor, depth: int) -> bytes:
    """Raises: UndecodableError, UnicodeEncodeError."""
    kind, params = media_type(headers)
    form = form_of(kind, params)
    if form in {Form.JSON, Form.DOCUMENTS}:
        return _redact_json(form, plain, redactor)
    if form is Form.FIELDS:
        return "&".join(map(redactor.query_pair, decode_text(plain, "utf-8").split("&"))).encode()
    if form is Form.PARTS:
        return _redact_parts(plain, params.get("boundary", ""), redactor, depth)
    charset = params.get("charset", "utf-8") if form in _IN_A_CHARSET else "utf-8"
    text = decode_text(plain, charset)
    if not is_readable(text):
        raise UndecodableError("expected text, got control characters")
    if form in {Form.EVENTS, Form.LINES}:
        redacted = _redact_lines(text, redactor)
    elif form is Form.TABLE and not _is_json(text):
        redacted = redact_cells(text, TABS if kind == TAB_SEPARATED else COMMAS, redactor)
    else:
        redacted = redact_json(text, redactor) if _is_json(text) else _redact_text(form, text, redactor)
    return plain if redacted == text else redacted.encode(charset)


def _redact_parts(body: bytes, boundary: str, redactor: Redactor, depth: int) -> bytes:
    """Part by part; of one that can't be read other bytes are kept, as many."""
    if depth > _MAX_PARTS_DEPTH:
        raise UndecodableError("expected parts, got parts in parts in parts")
    done, at = [], 0
    for part in split_parts(body, boundary):
        between = body[at : part.begin]  # the delimiter and the part's head
        done += [_redact_head(between, redactor), _redact_part(part, body[part.begin : part.end], redactor, depth)]
        at = part.end
    return b"".join([*done, _redact_head(body[at:], redactor)])


def _redact_head(head: bytes, redactor: Redactor) -> bytes:
    return redactor.text(decode_text(head, "utf-8")).encode()


def _redact_part(part: Part, body: bytes, redactor: Redactor, depth: int) -> bytes:
    coding = read_field("content-transfer-encoding", header_values(part.headers, "content-transfer-encoding"))
    try:
        if str(coding).lower() not in _NO_CODINGS:
            raise UndecodableError("expected a part as it is, got a coded one")  # noqa: TRY301 - as one that can't be read
        name = form_name(part.headers)
        if name is not None and redactor.is_secret(name):
            return redactor.pseudonym(decode_text(body, "utf-8")).encode()
        return _redact_plain(part.headers, body, redactor, depth + 1)
    except (UndecodableError, UnicodeEncodeError):
        return redactor.scrambled(body)


def _is_json(text: str) -> bool:
    """Text that is JSON without saying so is read as JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        decode_documents(text)
    except UndecodableError:
        return False
    return True


def _redact_text(form: Form, text: str, redactor: Redactor) -> str:
    return redact_markup(text, redactor) if form in {Form.HTML, Form.XML} else redactor.members(text)


def _redact_lines(text: str, redactor: Redactor) -> str:
    """A stream of JSON texts, one a line or one an event."""
    lines = (_LINE.fullmatch(line) for line in text.splitlines(keepends=True))
    return "".join(line[1] + _redact_line(line[1], line[2], redactor) + line[3] for line in lines if line)


def _redact_line(field: str, text: str, redactor: Redactor) -> str:
    if redactor.is_secret(field.rstrip(": ")):
        return redactor.pseudonym(text)
    return redact_json(text, redactor) if _is_json(text) else redactor.members(text)


def _redact_json(form: Form, plain: bytes, redactor: Redactor) -> bytes:
    """One JSON text or several; what is none is not kept."""
    text = decode_text(plain, "utf-8")
    if form is Form.JSON:
        decode_documents(text)
    else:
        for message in split_texts(form, plain):
            text_value(form, message)
    return redact_json(text, redactor).encode()
