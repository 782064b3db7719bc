"""A session as exported tests read it: requests in the words of a client, answers as they are to be. Pure.

A call that can't be sent again as it was is left out, with the reason.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.shrink.links import Links
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.marks import Marks
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.grpc import split_answer, split_frames
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.exchange import Answer, Headers, Protocol
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo

_OF_CONNECTION = frozenset(
    {"host", "content-length", "connection", "te", "accept-encoding", "user-agent", "transfer-encoding", "trailer"}
    | {"content-encoding", "keep-alive", "upgrade", "expect", "content-type"}
)
_PREFIXES = ("grpc-", "x-crossfade-", ":")

LeftOutOf = Callable[[RouteInfo], LeftOut]
"""What of a route's answers is not checked."""


class NotExportableError(Exception):
    """A call that is left out, and why."""


def session_record(
    session: Session, contract: Contract | None, left_out: LeftOutOf
) -> tuple[dict[str, Any], list[str]]:
    """The record, and one line for each call that is left out."""
    marks = Marks(Links(session, contract).handles)
    calls, missing = [], []
    for number, call in enumerate(session.calls, 1):
        try:
            calls.append(_Exported(call, contract, marks, left_out(call.route)).record())
        except (NotExportableError, UndecodableError) as error:
            missing.append(f"{session.id}: call {number}, {call.route.route}: {error}")
    return {"session": session.id, "calls": calls}, missing


class _Exported:
    def __init__(self, call: Call, contract: Contract | None, marks: Marks, left_out: LeftOut) -> None:
        self._call = call
        self._contract = contract
        self._marks = marks
        self._left_out = left_out

    def record(self) -> dict[str, Any]:
        """Raises: NotExportableError, UndecodableError."""
        call = self._call
        if not isinstance(call.reply, Answer) or call.reply.truncated or call.request.truncated:
            raise NotExportableError("its request or its answer was not recorded as a whole")
        if Side.CLIENT in call.hidden:
            raise NotExportableError("redaction replaced its body")
        common = {"route": call.route.route, "port": call.route.listener}
        if call.request.protocol is Protocol.GRPC:
            return common | {"kind": "grpc", "request": self._rpc(), "expected": self._rpc_answer(call.reply)}
        return common | {"kind": "http", "request": self._request(), "expected": self._answer(call.reply)}

    def _request(self) -> dict[str, Any]:
        request = self._call.request
        found = {"method": request.method, "target": self._marks.target(request.target)}
        kind = [["content-type", value] for name, value in request.headers if name.lower() == "content-type"]
        fields = [*self._fields(request.headers), *kind]
        return found | ({"headers": fields} if fields else {}) | self._body(request.headers, request.body)

    def _body(self, headers: Headers, body: bytes) -> dict[str, Any]:
        plain = plain_body(headers, body)
        if not plain:
            return {}
        try:
            text = plain.decode()
            if is_json(media_type(headers)[0]):
                return {"json": self._marks.sent(json.loads(text))}
            return {"text": self._marks.text(text)}
        except ValueError:
            return {"base64": base64.b64encode(plain).decode()}

    def _answer(self, answer: Answer) -> dict[str, Any]:
        found: dict[str, Any] = {"status": answer.status}
        kind = media_type(answer.headers)[0]
        if kind and not self._left_out.names("header.content-type"):
            found["type"] = kind
        plain = plain_body(answer.headers, answer.body)
        if Side.LEGACY in self._call.hidden or self._left_out.names("body"):
            return found
        if not plain:
            return found | {"text": ""}
        try:
            text = plain.decode()
            if is_json(kind):
                return found | {"json": self._marks.expected(json.loads(text), Place.at("body"), self._left_out)}
            return found if self._left_out.is_in_text() else found | {"text": self._marks.text(text)}
        except ValueError:
            return found | {"base64": base64.b64encode(plain).decode()}

    def _rpc(self) -> dict[str, Any]:
        request, method = self._call.request, self._method()
        frames = split_frames(request.body, request.headers)
        messages = [self._marks.sent(self._json(data, method.input_type)) for data in frames]
        return {"rpc": method.full_name, "metadata": self._fields(request.headers), "messages": messages}

    def _rpc_answer(self, answer: Answer) -> dict[str, Any]:
        parts, method = split_answer(answer), self._method()
        is_stream = self._call.route.call_type in STREAMED_ANSWERS
        messages = [
            self._marks.expected(
                self._json(data, method.output_type), _message_place(at, is_stream=is_stream), self._left_out
            )
            for at, data in enumerate(parts.messages)
        ]
        if self._call.timing.cancelled_ms is not None:
            return {"messages": messages, "cancelled": True}
        found: dict[str, Any] = {} if Side.LEGACY in self._call.hidden else {"messages": messages}
        if not self._left_out.names("status.code"):
            found["code"] = parts.code
        if not self._left_out.names("status.message"):
            found["message"] = self._marks.text(parts.message)
        return found

    def _method(self) -> Any:  # noqa: ANN401 - a Method
        name = self._call.route.route
        method = None if self._contract is None else self._contract.methods.get(name)
        if method is None:
            raise NotExportableError("the contract does not have it")
        return method

    def _json(self, data: bytes, type_name: str) -> Any:  # noqa: ANN401 - any JSON
        assert self._contract is not None  # noqa: S101 - there is a method of it
        message = parse_message(data, type_name, self._contract)
        return json_format.MessageToDict(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )

    def _fields(self, headers: Headers) -> list[list[str]]:
        """What the client said itself: not what its library adds for the connection."""
        own = ((name, value) for name, value in headers if name.lower() not in _OF_CONNECTION)
        return self._marks.fields(tuple(field for field in own if not field[0].lower().startswith(_PREFIXES)))


def _message_place(at: int, *, is_stream: bool) -> Place:
    place = Place.at("message")
    return place.item(at) if is_stream else place
