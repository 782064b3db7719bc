"""HTTP Archives (HAR 1.2), as browsers and proxies write them.

A HAR holds text, not bytes: bodies stand there without their content codings, and in Unicode where they are text.
"""

import base64
import datetime
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.protocols import protocol_of
from crossfade.parity_tests.formats.exchanges import (
    MAX_BODY_BYTES,
    MAX_FILE_BYTES,
    DamagedError,
    Exchange,
    Found,
    LeftOut,
    Omission,
    check_size,
)
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values

_DECODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_FORM = "application/x-www-form-urlencoded"
_SWITCHING = 101
_WRONG = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def read_har(path: Path) -> Found:
    """The entries of a file. Raises: ParityError: it is no HAR."""
    entries = _entries(path)
    for number, entry in enumerate(entries, 1):
        place = f"entry {number}"
        try:
            yield (
                _exchange(entry, str(number))
                if (omitted := _omission(entry)) is None
                else LeftOut(omission=omitted, place=place)
            )
        except DamagedError as error:
            yield LeftOut(omission=Omission.DAMAGED, place=place, found=str(error))
        except _WRONG as error:
            yield LeftOut(omission=Omission.DAMAGED, place=place, found=type(error).__name__)


def _entries(path: Path) -> Iterable[Any]:
    check_size(path)
    try:
        found = json.loads(_plain(path.read_bytes()).decode("utf-8-sig"))
        entries = found["log"]["entries"]
    except (*_WRONG, zlib.error, RecursionError) as error:
        raise ParityError(f"{path}: expected a HAR with log.entries, got {_kind(error)}") from None
    if not isinstance(entries, list):
        raise ParityError(f"{path}: expected a list at log.entries, got {type(entries).__name__}")
    return entries


def _plain(data: bytes) -> bytes:
    """Mitmproxy compresses those that it calls .zhar."""
    if data[:1] != b"x":
        return data
    reader = zlib.decompressobj()
    plain = reader.decompress(data, MAX_FILE_BYTES)
    if reader.unconsumed_tail:
        raise ValueError("too long")
    return plain


def _kind(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"no JSON at line {error.lineno}"
        case RecursionError():
            return "JSON that is nested too deep"
        case _:
            return "something else"


def _omission(entry: Any) -> Omission | None:  # noqa: ANN401 - what JSON holds
    """Why an entry can't be taken. Raises: KeyError, TypeError, ValueError."""
    request, response = entry["request"], entry["response"]
    if _is_other_protocol(entry):
        return Omission.OTHER_PROTOCOL
    if not response["status"]:
        return Omission.NO_ANSWER
    if request["method"] == "HEAD":
        return _request_omission(request, _headers(request))
    return _answer_omission(response) or _request_omission(request, _headers(request))


def _is_other_protocol(entry: dict[str, Any]) -> bool:
    request, response = entry["request"], entry["response"]
    if request["method"] == "CONNECT" or response["status"] == _SWITCHING or "_webSocketMessages" in entry:
        return True
    is_grpc = protocol_of(_headers(request), http2=True) is Protocol.GRPC
    return is_grpc or urlsplit(request["url"]).scheme not in {"http", "https"}


def _answer_omission(response: dict[str, Any]) -> Omission | None:
    content = response.get("content") or {}
    if content.get("text") is None and content.get("size", 0) > 0:
        return Omission.NO_BODY
    if len(content.get("text") or "") > 2 * MAX_BODY_BYTES:
        return Omission.TOO_LARGE
    return None if _is_whole(content, _headers(response)) else Omission.ALTERED_BODY


def _is_whole(content: dict[str, Any], headers: Headers) -> bool:
    """Whether a body that was not coded has the size that was received."""
    size = content.get("size", -1)
    if size <= 0 or header_values(headers, "content-encoding") or content.get("text") is None:
        return True
    received: bool = len(_content(content, headers)) == size
    return received


def _request_omission(request: dict[str, Any], headers: Headers) -> Omission | None:
    body, size = _request_body(request, headers), request.get("bodySize", -1)
    if body is None:
        return Omission.NO_BODY if size > 0 else None
    if len(body) > MAX_BODY_BYTES:
        return Omission.TOO_LARGE
    return Omission.ALTERED_BODY if size > 0 and size != len(body) else None


def _exchange(entry: dict[str, Any], name: str) -> Exchange:
    request, url = entry["request"], urlsplit(entry["request"]["url"])
    headers = _headers(request)
    sent = Request(
        id=name,
        protocol=Protocol.HTTP,
        method=str(request["method"]),
        scheme=url.scheme,
        authority=next(iter(header_values(headers, "host")), url.netloc.rpartition("@")[2]),
        target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
        headers=headers,
        body=_request_body(request, headers) or b"",
        truncated=False,
        trailers=(),
        started_at=_moment(entry["startedDateTime"]),
    )
    timings = entry.get("timings") or {}
    took = sum(max(0.0, float(timings.get(name) or 0.0)) for name in ("wait", "receive"))
    return Exchange(request=sent, reply=_answer(entry["response"], request["method"], took), port=_port(url))


def _port(url: Any) -> int:  # noqa: ANN401 - what urlsplit gives
    return int(url.port or {"http": 80, "https": 443}[url.scheme])


def _answer(response: dict[str, Any], method: str, latency_ms: float) -> Answer:
    content = response.get("content") or {}
    headers = _headers(response)
    body = b"" if method == "HEAD" else _content(content, headers)
    length = () if method != "HEAD" else tuple(item for item in headers if item[0].lower() == "content-length")
    kept = tuple((name, value) for name, value in headers if name.lower() not in _DECODED)
    if body and header_values(headers, "content-length"):
        length = (("content-length", str(len(body))),)
    return Answer(
        status=int(response["status"]),
        headers=(*kept, *length),
        body=body,
        truncated=False,
        trailers=(),
        latency_ms=latency_ms,
    )


def _request_body(request: dict[str, Any], headers: Headers) -> bytes | None:
    """None where there is none, or none that can be told."""
    data = request.get("postData")
    if data is None:
        return None
    if data.get("text"):
        return _bytes_of_size(data["text"], request.get("bodySize", -1), headers)
    params = data.get("params") or []
    if params and str(data.get("mimeType", "")).partition(";")[0].strip().lower() == _FORM:
        return urlencode([(item["name"], item.get("value") or "") for item in params]).encode()
    return None if params else b""


def _content(content: dict[str, Any], headers: Headers) -> bytes:
    text = content.get("text") or ""
    if content.get("encoding") or header_values(headers, "content-encoding"):
        return _bytes(text, content.get("encoding", ""), headers)
    return _bytes_of_size(text, content.get("size", -1), headers)


def _bytes_of_size(text: str, size: int, headers: Headers) -> bytes:
    """The text in its charset; where that gives another size, a tool may have taken each byte for a letter."""
    body = _bytes(text, "", headers)
    if len(body) != size and len(text) == size:
        return text.encode("latin-1", "ignore")
    return body


def _bytes(text: str, encoding: str, headers: Headers) -> bytes:
    if encoding == "base64":
        return base64.b64decode(text, validate=True)
    if encoding:
        raise DamagedError("expected no encoding or base64, got another one")
    try:
        return text.encode(media_type(headers)[1].get("charset", "utf-8"), "strict")
    except (LookupError, UnicodeEncodeError):
        return text.encode("utf-8", "surrogatepass")


def _headers(message: dict[str, Any]) -> Headers:
    """Without the pseudo fields of HTTP/2, which browsers list as well."""
    found = ((str(item["name"]), str(item["value"])) for item in message["headers"])
    return tuple((name, value) for name, value in found if not name.startswith(":"))


def _moment(text: str) -> float:
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise DamagedError("expected a time as in ISO 8601, got another text") from None
