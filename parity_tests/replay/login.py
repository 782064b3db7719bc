"""Calls by which each service gives a credential of its own, which it gets with all later calls."""

import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.sides import Own, Sides
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.config import ListenSettings, LoginSettings
from crossfade.shadow.exchange import Answer, Headers, Protocol, Reply, Request
from crossfade.shadow.recording.noticing import Noticing

_SIDES = ("legacy", "candidate", "secondary")
_FIRST_ERROR = 400
_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length


class Logins:
    """The logins of a config; ``own`` puts what they gave into the requests to each side."""

    def __init__(
        self,
        settings: Iterable[LoginSettings],
        listen: Iterable[ListenSettings],
        contract: Contract | None,
        environment: Mapping[str, str],
    ) -> None:
        """Raises: ParityError: a port or a method that there is not, a variable that is not set, no message."""
        ports = [port.name for port in listen]
        self._calls = [(login, _port(login, ports), _request(login, contract, environment)) for login in settings]
        self._contract = contract
        self._fields: dict[str, dict[str, str]] = {side: {} for side in _SIDES}

    @property
    def own(self) -> Mapping[str, Own]:
        """By the name of each side; nothing where nobody logs in."""
        return {side: self._adder(side) for side in _SIDES} if self._calls else {}

    async def log_in(self, sides: Mapping[str, Sides], noticing: Noticing) -> None:
        """Asks each side anew, without what it gave before; what each gives is noticed.

        Raises: ParityError: one gives no credential.
        """
        for fields in self._fields.values():
            fields.clear()
        for login, port, request in self._calls:
            noticing.request(request)
            given = {
                name: _credential(login, name, await side.ask(request), self._contract)
                for name, side in _asked(sides[port])
            }
            noticing.values(given.values())
            for name, credential in given.items():
                self._fields[name][login.header] = login.value.replace("{token}", credential)

    def _adder(self, side: str) -> Own:
        own = self._fields[side]

        def add(headers: Headers) -> Headers:
            names = {name.lower() for name in own}
            return (*(field for field in headers if field[0].lower() not in names), *own.items())

        return add


def _asked(sides: Sides) -> Iterator[tuple[str, Upstream]]:
    for name in _SIDES:
        side: Upstream | None = getattr(sides, name)
        if side is not None:
            yield name, side


def _port(login: LoginSettings, ports: list[str]) -> str:
    if login.listen is None:
        return ports[0]
    if login.listen not in ports:
        raise ParityError(f"replay.login.listen: expected one of {', '.join(ports)}, got {login.listen}")
    return login.listen


def _request(login: LoginSettings, contract: Contract | None, environment: Mapping[str, str]) -> Request:
    body = login.body or ""
    if login.body_env is not None and not (body := environment.get(login.body_env, "")):
        raise ParityError(
            f"replay.login: expected a body in the environment variable {login.body_env}, got nothing; set it"
        )
    verb, _, target = login.route.rpartition(" ")
    if verb:
        data = body.encode()
        fields = (("Content-Type", login.media_type), ("Content-Length", str(len(data))))
        return _made(Protocol.HTTP, verb, target, (("Host", "login.test"), *fields), data)
    data = _message(login.route, body, contract)
    fields = (("content-type", "application/grpc"), ("te", "trailers"))
    return _made(Protocol.GRPC, "POST", f"/{login.route}", fields, _PREFIX.pack(0, len(data)) + data)


def _message(route: str, body: str, contract: Contract | None) -> bytes:
    method = None if contract is None else contract.methods.get(route)
    if contract is None or method is None:
        raise ParityError(f"replay.login.route: expected a method of the contract, got {route}")
    message = contract.message_class(method.input_type)()
    try:
        return json_format.Parse(body or "{}", message).SerializeToString(deterministic=True)
    except json_format.ParseError:  # its text may hold a password
        raise ParityError(f"replay.login: expected {method.input_type} as JSON, got another text") from None


def _made(protocol: Protocol, verb: str, target: str, headers: Headers, body: bytes) -> Request:
    return Request(
        id="login",
        protocol=protocol,
        method=verb,
        scheme="http",
        authority="login.test",
        target=target,
        headers=headers,
        body=body,
        truncated=False,
        trailers=(),
        started_at=time.time(),
    )


def _credential(login: LoginSettings, side: str, reply: Reply, contract: Contract | None) -> str:
    """What a side's answer holds; nothing of the answer is told, for it may be secret. Raises: ParityError."""
    where = f"replay.login: {side}: {login.route}"
    if not isinstance(reply, Answer):
        raise ParityError(f"{where}: expected an answer, got none ({reply.reason.value})", exit_code=4)
    try:
        status, value = _read(login.route, reply, contract)
    except (UndecodableError, DecodeError) as error:
        raise ParityError(f"{where}: expected an answer that can be read, got {type(error).__name__}") from None
    if value is None:
        raise ParityError(f"{where}: expected that it takes the login, got status {status}")
    for name in login.token.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value.isprintable() or not value.isascii() or not value:
        raise ParityError(f"{where}: expected a credential at {login.token}, got none that a header field can carry")
    return value


def _read(route: str, answer: Answer, contract: Contract | None) -> tuple[int | str, Any]:
    """The status, and what the answer holds; None where it is an error."""
    if " " in route:
        return answer.status, AnswerView(answer).value() if answer.status < _FIRST_ERROR else None
    call = split_answer(answer)
    if call.code != "OK" or contract is None:
        return call.code, None
    message = contract.message_class(contract.methods[route].output_type).FromString(b"".join(call.messages))
    return call.code, json_format.MessageToDict(message, preserving_proto_field_name=True)
