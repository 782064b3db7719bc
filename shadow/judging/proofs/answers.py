"""Answers in which a value or the status is another one: their bytes are never read. Pure."""

from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.difference import Value

_SERVER_ERROR, _OK_STATUS = 500, 200
_OK, _INTERNAL = "OK", "INTERNAL"
_NO_BODY = frozenset({204, 304})  # RFC 9110 6.4.1


def body_of(
    request: Request, answer: AnswerView, contract: Contract | None, max_bytes: int
) -> "HttpBody | CallBody | None":
    """What a client reads of an answer; None where there is no body, or only a part of it, or a longer one."""
    seen = answer.answer
    if not seen.body or seen.truncated or len(seen.body) > max_bytes:
        return None
    if request.protocol is Protocol.GRPC:
        return CallBody(request, answer, contract)
    return None if request.method == "HEAD" or seen.status in _NO_BODY else HttpBody(answer)


class HttpBody:
    """An HTTP answer's body."""

    def __init__(self, view: AnswerView) -> None:
        self._view = view

    def value(self) -> Value | None:
        """The value that is compared; None where it can't be read."""
        try:
            found = self._view.json()
            return self._view.value() if found is None else found
        except UndecodableError:
            return None

    def with_value(self, value: Value) -> AnswerView:
        """The answer with another value: its bytes are others too, and never read."""
        is_json = self._view.json() is not None
        changed = AnswerView(_with_other_bytes(self._view.answer))
        changed.assume(plain=self._view.plain() + b"\0", value=value, json=value if is_json else None)
        return changed


class CallBody:
    """The messages of a gRPC answer that a caller sees."""

    def __init__(self, request: Request, view: AnswerView, contract: Contract | None) -> None:
        self._view = view
        self._contract = contract
        method = None if contract is None else contract.methods.get(request.target.partition("?")[0].lstrip("/"))
        self._type_name = None if method is None else method.output_type

    def value(self) -> Value | None:
        """The messages; None where there are none, or they can't be read."""
        if self._contract is None or self._type_name is None:
            return None
        try:
            messages = self._view.messages(self._type_name, self._contract)
            return messages if messages and self._view.call().code == _OK else None
        except UndecodableError:
            return None

    def with_value(self, value: Value) -> AnswerView:
        """The answer with other messages: their bytes are others too, and never read."""
        call = self._view.call()
        changed = AnswerView(_with_other_bytes(self._view.answer))
        changed.assume(call=replace(call, messages=tuple(message + b"\0" for message in call.messages)))
        changed.assume_messages(str(self._type_name), value if isinstance(value, tuple) else (value,))
        return changed


def _with_other_bytes(answer: Answer) -> Answer:
    return replace(answer, body=answer.body + b"\0")


def with_other_status(view: AnswerView, *, is_call: bool) -> AnswerView | None:
    """The answer with another status; None where it can't be read.

    An error becomes a success and a success an error, but an error of HTTP that is the client's becomes the server's.
    """
    answer = view.answer
    if not is_call:
        return AnswerView(replace(answer, status=_OK_STATUS if answer.status >= _SERVER_ERROR else _SERVER_ERROR))
    try:
        call = view.call()
    except UndecodableError:
        return None
    changed = AnswerView(replace(answer))
    changed.assume(call=replace(call, code=_INTERNAL if call.code == _OK else _OK))
    return changed
