"""Sessions as a HAR 1.2: calls of HTTP with their answers; gRPC has no place in it. Pure."""

import base64
import datetime
import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.exchange import Answer, Headers, Protocol, header_values


def har_calls(session: Session) -> tuple[tuple[Call, Answer], ...]:
    """The calls of a session that a HAR can have: HTTP, answered as a whole."""
    return tuple(
        (call, call.reply)
        for call in session.calls
        if call.request.protocol is Protocol.HTTP
        and isinstance(call.reply, Answer)
        and not (call.hidden or call.reply.truncated or call.request.truncated)
    )


def har_text(sessions: Iterable[Session]) -> Iterator[str]:
    """The text of a HAR, in parts."""
    creator = {"name": "crossfade", "version": version("crossfade")}
    head = json.dumps({"version": "1.2", "creator": creator, "pages": []})
    yield f'{{"log": {head[:-1]}, "entries": ['
    between = "\n"
    for session in sessions:
        for call, answer in har_calls(session):
            yield between + json.dumps(_entry(session.id, call, answer))
            between = ",\n"
    yield "\n]}}\n"


def _entry(session_id: str, call: Call, answer: Answer) -> dict[str, Any]:
    began = datetime.datetime.fromtimestamp(call.request.started_at, datetime.UTC)
    return {
        "startedDateTime": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": answer.latency_ms,
        "request": _request(call),
        "response": _response(answer),
        "cache": {},
        "timings": {"send": 0, "wait": answer.latency_ms, "receive": 0},
        "comment": f"session {session_id}, call {call.request.id}",
    }


def _request(call: Call) -> dict[str, Any]:
    request = call.request
    url = request.target if "://" in request.target else f"{request.scheme}://{request.authority}{request.target}"
    found = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(header_values(request.headers, "cookie"), ";"),
        "headers": _pairs(request.headers),
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        kind = ", ".join(header_values(request.headers, "content-type"))
        found["postData"] = {"mimeType": kind, "text": _text(request.body)}
    return found


def _response(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "statusText": _phrase(answer.status),
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies((value.partition(";")[0] for value in header_values(answer.headers, "set-cookie")), "\n"),
        "headers": _pairs((*answer.headers, *answer.trailers)),
        "content": _content(answer),
        "redirectURL": "".join(header_values(answer.headers, "location")[:1]),
        "headersSize": -1,
        "bodySize": len(answer.body),
    }


def _content(answer: Answer) -> dict[str, Any]:
    """The body without its codings, as a HAR has it; bytes as base64."""
    try:
        body = plain_body(answer.headers, answer.body)
    except UndecodableError:
        body = answer.body
    found: dict[str, Any] = {"size": len(body), "mimeType": ", ".join(header_values(answer.headers, "content-type"))}
    try:
        return {**found, "text": body.decode()}
    except UnicodeDecodeError:
        return {**found, "text": base64.b64encode(body).decode(), "encoding": "base64"}


def _text(body: bytes) -> str:
    """Of bytes that are no text each is a letter, as browsers have it: the format knows no other way."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _pairs(pairs: Iterable[tuple[str, str]] | Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(lines: Iterable[str], mark: str) -> list[dict[str, str]]:
    pairs = (pair.strip().partition("=") for line in lines for pair in line.split(mark))
    return _pairs((name, value) for name, _, value in pairs if name)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
