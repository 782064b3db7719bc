"""A session as exported tests read it: requests in the words of a client, answers as they are to be. Pure.

A call that can't be sent again as it was is left out, with the reason. Where redaction changed what was sent, its
answer is another one in parts that nobody knows: then its status alone is checked, and what it gives is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.standalone.bodies import NotExportableError, body_parts, messages_of, method_of
from crossfade.parity_tests.standalone.handles import handles_of
from crossfade.parity_tests.standalone.hidden import Redacted, without_pseudonyms
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.marks import Marks
from crossfade.shadow.bindings.carried import request_values
from crossfade.shadow.bindings.names import Part
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.exchange import Answer, Headers, Protocol
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo

_OF_CONNECTION = frozenset(
    {"host", "content-length", "connection", "te", "accept-encoding", "user-agent", "transfer-encoding", "trailer"}
    | {"content-encoding", "keep-alive", "upgrade", "expect"}
)
_OF_PROTOCOL = ("grpc-", "x-crossfade-", ":")
_STRUCTURED = frozenset({"json", "lines", "events"})
_WITH_PLACES = _STRUCTURED | {"messages"}
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is true of all sessions: the contract, what of a route's answers is not checked, where pseudonyms are."""

    contract: Contract | None
    left_out: Callable[[RouteInfo], LeftOut]
    redacted: Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is written of a session, and one line for each call that is left out or is checked in part."""

    calls: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def session_record(session: Session, setting: Setting) -> Record:
    """The record of a session."""
    marks = Marks(handles_of(session, setting.contract))
    changed = _Changed(setting)
    calls, notes = [], []
    for number, call in enumerate(session.calls, 1):
        where = f"{session.id}: call {number}, {call.route.route}"
        other = setting.redacted(call)
        is_changed = changed.by(call, other)
        try:
            calls.append(_Exported(call, other, setting, marks, is_changed=is_changed).record())
        except (NotExportableError, UndecodableError) as error:
            notes.append(f"{where}: left out: {error}")
            continue
        if is_changed:
            notes.append(f"{where}: only its status is checked: redaction changed what was sent")
    return Record(calls=tuple(calls), notes=tuple(notes))


class _Changed:
    """Follows what redaction changed in a session: a write that it changed also changes what is read of it later."""

    def __init__(self, setting: Setting) -> None:
        self._contract = setting.contract
        self._texts: set[str] = set()

    def by(self, call: Call, other: Call) -> bool:
        """Whether a call is another one than the client's, or carries a value that such a write carried."""
        texts = {text for text, site in request_values(call.request, self._contract) if site.part is not Part.HEADER}
        sent, again = call.request, other.request
        is_changed = (sent.target, sent.body) != (again.target, again.body)
        if is_changed and call.write:
            self._texts |= texts
        return is_changed or not self._texts.isdisjoint(texts)


class _Exported:
    def __init__(self, call: Call, other: Call, setting: Setting, marks: Marks, *, is_changed: bool) -> None:
        self._call = call
        self._other = other
        self._contract = setting.contract
        self._marks = marks
        self._left_out = setting.left_out(call.route)
        self._is_changed = is_changed

    def record(self) -> dict[str, Any]:
        """Raises: NotExportableError, UndecodableError."""
        call, other = self._call, self._other.reply
        if not isinstance(call.reply, Answer) or call.reply.truncated or call.request.truncated:
            raise NotExportableError("its request or its answer was not recorded as a whole")
        if Side.CLIENT in call.hidden or not isinstance(other, Answer):
            raise NotExportableError("redaction replaced its body")
        common = {"route": call.route.route, "port": call.route.listener}
        if call.request.protocol is Protocol.GRPC:
            record = common | {
                "kind": "grpc",
                "request": self._rpc(),
                "expected": self._rpc_answer(call.reply, other),
            }
        else:
            record = common | {
                "kind": "http",
                "request": self._request(),
                "expected": self._answer(call.reply, other),
            }
        gives = self._gives(call.reply) if self._is_changed and Side.LEGACY not in call.hidden else {}
        return record | ({"gives": gives} if gives else {})

    def _request(self) -> dict[str, Any]:
        request = self._call.request
        found: dict[str, Any] = {"method": request.method, "target": self._marks.target(request.target)}
        if fields := self._fields(request.headers):
            found["headers"] = fields
        if request.body:
            kind, value = body_parts(request.headers, request.body)
            if kind == "json":
                found["json"] = self._marks.sent(value)
            elif kind == "base64":
                found["base64"] = value
            else:
                found["text"] = self._marks.text(request.body.decode())
        return found

    def _answer(self, answer: Answer, other: Answer) -> dict[str, Any]:
        found: dict[str, Any] = {"status": answer.status}
        kind = media_type(answer.headers)[0]
        if kind and not self._left_out.has("header.content-type"):
            found["type"] = kind
        if headers := self._made_headers(answer.headers):
            found["headers"] = headers
        is_hidden = Side.LEGACY in self._call.hidden or self._is_changed or self._left_out.has("body")
        if is_hidden or answer.status in _NO_BODY or self._call.request.method == "HEAD":
            return found
        form, value = body_parts(answer.headers, answer.body)
        if form in _STRUCTURED:
            plain = without_pseudonyms(value, body_parts(other.headers, other.body)[1])
            return found | {form: self._marks.expected(plain, Place.at("body"), self._left_out)}
        if answer.body != other.body or self._left_out.has_some_of_body():
            return found
        return found | {form: self._marks.text(value) if form == "text" else value}

    def _gives(self, answer: Answer) -> dict[str, Any]:
        """The handles in a body that is not checked, below the form in which it is read."""
        if self._call.request.protocol is Protocol.GRPC:
            method, contract = method_of(self._call, self._contract)
            form, value = "messages", messages_of(answer.headers, answer.body, method.output_type, contract)
        else:
            form, value = body_parts(answer.headers, answer.body)
        given = [[list(path), mark] for path, mark in self._marks.given(value)] if form in _WITH_PLACES else []
        return {form: given} if given else {}

    def _made_headers(self, headers: Headers) -> dict[str, str]:
        """The fields that hold a value which the service makes, such as ETag and Location."""
        marked = zip(headers, self._marks.fields(headers), strict=True)
        return {name.lower(): value for (name, plain), (_, value) in marked if value != plain}

    def _rpc(self) -> dict[str, Any]:
        request = self._call.request
        method, contract = method_of(self._call, self._contract)
        messages = messages_of(request.headers, request.body, method.input_type, contract)
        fields = [field for field in self._fields(request.headers) if field[0].lower() != "content-type"]
        return {"rpc": method.full_name, "metadata": fields, "messages": [self._marks.sent(item) for item in messages]}

    def _rpc_answer(self, answer: Answer, other: Answer) -> dict[str, Any]:
        parts = split_answer(answer)
        found: dict[str, Any] = {}
        if self._call.timing.cancelled_ms is not None:
            found["cancelled"] = len(parts.messages)
        else:
            if not self._left_out.has("status.code"):
                found["code"] = parts.code
            if not self._is_changed and not self._left_out.has("status.message"):
                found["message"] = self._marks.text(parts.message)
        if not self._is_changed and Side.LEGACY not in self._call.hidden:
            found["messages"] = self._messages(answer, other)
        return found

    def _messages(self, answer: Answer, other: Answer) -> list[Any]:
        method, contract = method_of(self._call, self._contract)
        ours, theirs = (messages_of(item.headers, item.body, method.output_type, contract) for item in (answer, other))
        is_stream = self._call.route.call_type in STREAMED_ANSWERS
        return [
            self._marks.expected(item, _place(at, is_stream=is_stream), self._left_out)
            for at, item in enumerate(without_pseudonyms(ours, theirs))
        ]

    def _fields(self, headers: Headers) -> list[list[str]]:
        """What the client said itself: not what its library adds for the connection."""
        own = ((name, value) for name, value in headers if name.lower() not in _OF_CONNECTION)
        return self._marks.fields(tuple(field for field in own if not field[0].lower().startswith(_OF_PROTOCOL)))


def _place(at: int, *, is_stream: bool) -> Place:
    place = Place.at("message")
    return place.item(at) if is_stream else place
