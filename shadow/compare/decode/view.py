"""An answer that is decoded at most once, however many others it is compared with."""

from collections.abc import Callable
from typing import Any, TypeVar

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.body import json_value, plain_body, plain_value
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.grpc import GrpcAnswer, split_answer
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.difference import Value

_T = TypeVar("_T")


class AnswerView:
    """Decodes an answer when it is first read, and keeps the result, or the error, as long as it lives itself."""

    __slots__ = ("_found", "answer")

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._found: dict[object, Any] = {}

    def assume(self, **parts: object) -> None:
        """Takes what these methods give as known, whatever the bytes are: ``plain``, ``value``, ``json``, ``call``."""
        self._found.update(parts)

    def assume_messages(self, type_name: str, messages: tuple[Value, ...]) -> None:
        """As ``assume``, for the messages of a type."""
        self._found["messages", type_name] = messages

    def plain(self) -> bytes:
        """The HTTP body before its content codings were applied. Raises: UndecodableError."""
        return self._once("plain", lambda: plain_body(self.answer.headers, self.answer.body))

    def value(self) -> Value:
        """The HTTP body as its type reads it. Raises: UndecodableError."""
        return self._once("value", lambda: plain_value(self.answer.headers, self.plain()))

    def json(self) -> Value:
        """The HTTP body as JSON, whatever its type; None where it is none. Raises: UndecodableError."""
        return self._once("json", lambda: json_value(self.answer.headers, self.plain()))

    def call(self) -> GrpcAnswer:
        """The parts of a gRPC answer. Raises: UndecodableError."""
        return self._once("call", lambda: split_answer(self.answer))

    def messages(self, type_name: str, contract: Contract) -> tuple[Value, ...]:
        """The messages of a gRPC answer. Raises: UndecodableError."""
        return self._once(
            ("messages", type_name),
            lambda: tuple(decode_message(data, type_name, contract) for data in self.call().messages),
        )

    def _once(self, key: object, decode: Callable[[], _T]) -> _T:
        if key not in self._found:
            try:
                self._found[key] = decode()
            except UndecodableError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, UndecodableError):
            raise found.with_traceback(None)
        return found  # type: ignore[no-any-return] # one type for each key
