"""What one side answered, as a test reads it. Pure."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.protobuf import json_format

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer, Failure, Headers, Protocol, Reply, header_values
from crossfade.shadow.exchange.route import STREAMED_ANSWERS


@dataclass(frozen=True, kw_only=True)
class SideAnswer:
    """An answer, or why there is none: reading what a failure does not have raises AssertionError.

    A call's messages are as JSON has them, with the names of the contract and every field that has no presence.
    """

    call: Call
    reply: Reply
    contract: Contract | None

    @property
    def answered(self) -> bool:
        """Whether there is an answer, of whatever status."""
        return isinstance(self.reply, Answer)

    @property
    def status(self) -> int | str:
        """The status: a number of HTTP, or the name of a gRPC code such as ``NOT_FOUND``."""
        return self._view.call().code if self._is_rpc else self._answer.status

    @property
    def headers(self) -> Headers:
        """The header fields, or the metadata."""
        return self._answer.headers

    @property
    def trailers(self) -> Headers:
        """The trailers."""
        return self._answer.trailers

    @property
    def body(self) -> bytes:
        """The body without its content codings; of a call its frames."""
        return self._answer.body if self._is_rpc else self._view.plain()

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def messages(self) -> tuple[Any, ...]:
        """The messages of a call."""
        contract, name = self.contract, self.call.route.route
        if contract is None or name not in contract.methods:
            raise ParityError(f"{name}: expected a method of the contract, got none")
        kind = contract.methods[name].output_type
        parsed = (parse_message(data, kind, contract) for data in self._view.call().messages)
        return tuple(
            json_format.MessageToDict(
                message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
            )
            for message in parsed
        )

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON; of a call its only message. Raises: ValueError: it is none."""
        if not self._is_rpc:
            return json.loads(self.text)
        (message,) = self.messages
        return message

    @property
    def value(self) -> Any:  # noqa: ANN401 - any JSON
        """All of it for a person: JSON where it is JSON, else text; of a call its message, of a stream a list."""
        if self._is_rpc:
            is_one = len(self.messages) == 1 and self.call.route.call_type not in STREAMED_ANSWERS
            return self.messages[0] if is_one else list(self.messages)
        try:
            return self.json
        except ValueError:
            return self.text

    @property
    def _is_rpc(self) -> bool:
        return self.call.request.protocol is Protocol.GRPC

    @property
    def _answer(self) -> Answer:
        if isinstance(self.reply, Failure):
            raise AssertionError(f"no answer: {self.reply.reason} ({self.reply.detail})")  # noqa: TRY004 - no type is wrong
        return self.reply

    @cached_property
    def _view(self) -> AnswerView:
        return AnswerView(self._answer)

    def header(self, name: str) -> str | None:
        """The first value of a header field or a trailer, None where there is none."""
        return next(iter(header_values((*self.headers, *self.trailers), name)), None)
