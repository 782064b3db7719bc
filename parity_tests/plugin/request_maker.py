"""Calls out of the words of a parity test: a method and a path, or an RPC and its messages."""

import itertools
import json
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import urlencode

from google.protobuf import json_format

from crossfade.codegen.contract import Contract, Method
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.config import Config, ListenSettings
from crossfade.shadow.exchange import Failure, FailureReason, Headers, Protocol, Request
from crossfade.shadow.mirror.policy import SAFE_METHODS
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.setup import globs_of

_PREFIX = struct.Struct(">BI")
_NO_REPLY = Failure(reason=FailureReason.REFUSED, detail="not recorded", latency_ms=0.0)

Fields = Mapping[str, Any]
"""A message as JSON has it."""


class Extras(TypedDict, total=False):
    """What an HTTP request may have beside method and path: ``json`` is any JSON, ``data`` the body itself."""

    json: Any
    data: bytes | str
    headers: Mapping[str, str]
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    protocol: Protocol
    method: str
    target: str
    headers: Headers
    body: bytes


class RequestMaker:
    """Makes calls for the ports of a config."""

    def __init__(self, config: Config, contract: Contract | None) -> None:
        self._ports = {listen.name: listen for listen in config.listen}
        self._contract = contract
        methods = {} if contract is None else contract.methods
        self._routes = RouteTable(config.routes.http, config.routes.max_inferred, methods, globs_of(config))
        self._numbers = itertools.count(1)

    def http(self, port: str | None, method: str, path: str, extras: Extras) -> Call:
        """An HTTP request; with ``json`` it says so in its content type. Raises: ParityError: no such port."""
        listen = self._port(port, "http")
        body, kind = _body(extras)
        given = extras.get("headers", {})
        headers = tuple(given.items())
        if kind and "content-type" not in {name.lower() for name in given}:
            headers += (("Content-Type", kind),)
        if body or method not in SAFE_METHODS:
            headers += (("Content-Length", str(len(body))),)
        query = urlencode(extras.get("params", {}), doseq=True)
        target = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
        sent = _Sent(protocol=Protocol.HTTP, method=method, target=target, headers=headers, body=body)
        return self._call(listen, sent, write=method not in SAFE_METHODS)

    def rpc(self, port: str | None, name: str, messages: Iterable[Fields], metadata: Headers) -> Call:
        """A gRPC call, ``name`` being ``package.Service/Method``. Raises: ParityError: no such method or port."""
        listen = self._port(port, "grpc")
        name = name.removeprefix("/")
        method = None if self._contract is None else self._contract.methods.get(name)
        if self._contract is None or method is None:
            raise ParityError(f"{name}: expected a method of the contract, got none; see [contract]")
        body = b"".join(_frame(self._contract, method, fields) for fields in messages)
        headers = (("content-type", "application/grpc"), ("te", "trailers"), *metadata)
        sent = _Sent(protocol=Protocol.GRPC, method="POST", target=f"/{name}", headers=headers, body=body)
        return self._call(listen, sent, write=not method.safe)

    def _call(self, listen: ListenSettings, sent: "_Sent", *, write: bool) -> Call:
        request = Request(
            id=f"parity-test-{next(self._numbers)}",
            protocol=sent.protocol,
            method=sent.method,
            scheme="http" if listen.cert is None else "https",
            authority=listen.address,
            target=sent.target,
            headers=sent.headers,
            body=sent.body,
            truncated=False,
            trailers=(),
            started_at=time.time(),
        )
        route = self._routes.resolve(sent.protocol, sent.method, sent.target, listen.name)
        return Call(route=route, request=request, reply=_NO_REPLY, write=write)

    def _port(self, name: str | None, kind: str) -> ListenSettings:
        """The port of this name; without one the only one, or the one that is called ``http`` or ``grpc``."""
        if name is None:
            name = kind if len(self._ports) > 1 else next(iter(self._ports), kind)
        if name not in self._ports:
            names = ", ".join(self._ports)
            raise ParityError(f"expected one of the ports {names}, got {name!r}; name one by .at(...)")
        return self._ports[name]


def _body(extras: Extras) -> tuple[bytes, str]:
    """The body, and its content type where the test need not say it."""
    if "json" in extras:
        return json.dumps(extras["json"]).encode(), "application/json"
    data = extras.get("data", b"")
    return (data.encode() if isinstance(data, str) else data), ""


def _frame(contract: Contract, method: Method, fields: Fields) -> bytes:
    message = contract.message_class(method.input_type)()
    try:
        json_format.ParseDict(dict(fields), message)
    except json_format.ParseError as error:
        raise ParityError(f"{method.full_name}: expected a {method.input_type}, got {error}") from None
    data = message.SerializeToString(deterministic=True)
    return _PREFIX.pack(0, len(data)) + data
