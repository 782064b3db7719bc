"""What is answered where the recording has nothing, and the nearest that it has. Pure."""

import difflib
import json
from collections.abc import Iterable
from urllib.parse import quote

from crossfade.parity_tests.mock.book import Book, Entry
from crossfade.parity_tests.mock.conversation import Refuse
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.shadow_headers import NOT_RECORDED_HEADER

_MAX_LOOKED_AT = 2000
_MAX_CHARS = 200
_UNIMPLEMENTED = "12"
_NOT_IMPLEMENTED = 501
_MARK = (NOT_RECORDED_HEADER, "1")
_UNESCAPED = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")  # grpc/doc/PROTOCOL-HTTP2.md: Percent-Encoded


def refusal(refuse: Refuse, book: Book) -> Answer:
    """An answer that says so: 501 with JSON, or of a call UNIMPLEMENTED with the mark beside its status."""
    request = refuse.request
    told = _told(refuse, book)
    if request.protocol is Protocol.GRPC:
        text = quote(json.dumps(told, ensure_ascii=False), safe=_UNESCAPED)
        return _answer(200, (("content-type", "application/grpc"), *call_end(text)), b"")
    body = json.dumps({"error": "not recorded", **told}, indent=1).encode() + b"\n"
    headers = (("content-type", "application/json"), ("content-length", str(len(body))), _MARK)
    return _answer(_NOT_IMPLEMENTED, headers, b"" if request.method == "HEAD" else body)


def call_end(message: str = "the recording has other messages") -> Headers:
    """How a call ends that the recording does not have, or of which it has only the beginning."""
    return ("grpc-status", _UNIMPLEMENTED), ("grpc-message", message), _MARK


def _answer(status: int, headers: Headers, body: bytes) -> Answer:
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=(), latency_ms=0.0)


def _told(refuse: Refuse, book: Book) -> dict[str, object]:
    request = refuse.request
    asked = f"{request.method} {request.target}"[:_MAX_CHARS]
    if refuse.entry is not None:
        return {"request": asked, "why": "legacy's answer was not recorded as a whole", "nearest": _named(refuse.entry)}
    near = _nearest(request, book)
    if near is None:
        return {"request": asked, "why": f"no call of {request.protocol} was recorded", "nearest": None}
    return {"request": asked, "why": _difference(request, near), "nearest": _named(near)}


def _named(entry: Entry) -> dict[str, str]:
    request = entry.call.request
    return {
        "session": entry.session_id,
        "call": request.id,
        "request": f"{request.method} {request.target}"[:_MAX_CHARS],
    }


def _difference(request: Request, near: Entry) -> str:
    other = near.call.request
    if request.method != other.method:
        return "another method was recorded"
    if request.target.partition("?")[0] != other.target.partition("?")[0]:
        return "another path was recorded"
    if request.target != other.target:
        return "another query was recorded"
    if near.uses and near.call.write:
        return "it was asked for more often than it was recorded"
    return "another body, or other conditions in its header, were recorded"


def _nearest(request: Request, book: Book) -> Entry | None:
    """The first of the calls whose method and target are most alike."""
    firsts = [entries[0] for entries in book.entries.values()]
    alike = [entry for entry in firsts if entry.call.request.protocol is request.protocol]
    same = [entry for entry in alike if entry.call.request.target == request.target]
    return max(_looked_at(same or alike), key=lambda entry: _likeness(request, entry.call.request), default=None)


def _looked_at(entries: list[Entry]) -> Iterable[Entry]:
    return entries[:_MAX_LOOKED_AT]


def _likeness(request: Request, other: Request) -> tuple[bool, float]:
    """Bounded: the ends of long targets are not looked at."""
    one, two = request.target[:_MAX_CHARS], other.target[:_MAX_CHARS]
    return request.method == other.method, difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()
