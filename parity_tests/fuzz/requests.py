"""Requests of operations with their inputs. Pure."""

import json
import struct
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.building import build_message
from crossfade.parity_tests.fuzz.http_inputs import as_text
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Leaf, Node, Ref, Resolve
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.routes.templates import is_parameter, split_path

_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length
_CALL_FIELDS = (("content-type", "application/grpc"), ("te", "trailers"))
_BOUNDARY = "crossfade-fuzz-7f3a"
_NOTHING = "-"  # for a parameter of which no answer had a value: a path has no empty segment


@dataclass(frozen=True, slots=True)
class _Sent:
    """What depends on the inputs."""

    target: str
    headers: Headers
    body: bytes


def request_of(  # noqa: PLR0913 - a request and all it is made of
    operation: Operation, step: Step, resolve: Resolve, *, contract: Contract | None, request_id: str, now: float
) -> Request:
    """The request of a step; ``now`` is seconds since the epoch."""
    if operation.method is not None and contract is not None:
        kind = operation.method.input_type
        body = b"".join(_frame(build_message(contract, kind, fields, resolve)) for fields in step.inputs)
        request = _Sent(f"/{operation.method.full_name}", _CALL_FIELDS, body)
        return _request(operation, request, request_id, now)
    fields = step.inputs[0]
    headers, body = _http_body(fields, resolve)
    target = _path(operation.template, _fields(fields.get("path")), resolve)
    if query := _pairs(_fields(fields.get("query")), resolve):
        target += f"?{urlencode(query)}"
    length = (("Content-Length", str(len(body))),) if body or operation.write else ()
    request = _Sent(target, (("Host", _host(operation)), *headers, *length), body)
    return _request(operation, request, request_id, now)


def _request(operation: Operation, sent: _Sent, request_id: str, now: float) -> Request:
    return Request(
        id=request_id,
        protocol=Protocol(operation.route.protocol),
        method=operation.verb,
        scheme="http",
        authority=_host(operation),
        target=sent.target,
        headers=sent.headers,
        body=sent.body,
        truncated=False,
        trailers=(),
        started_at=now,
    )


def _host(operation: Operation) -> str:
    return f"{operation.route.listener or 'fuzz'}.test"


def _frame(message: bytes) -> bytes:
    return _PREFIX.pack(0, len(message)) + message


def _path(template: str, values: Fields, resolve: Resolve) -> str:
    parts = [
        quote(as_text(_leaf(values.get(part[1:-1]), resolve)) or _NOTHING, safe="") if is_parameter(part) else part
        for part in split_path(template)
    ]
    return f"/{'/'.join(parts)}"


def _pairs(fields: Fields, resolve: Resolve) -> list[tuple[str, str]]:
    """Names and values as text; a name comes once for each element of a list."""
    found = (
        (name, _leaf(item, resolve))
        for name, node in fields.items
        for item in (node if isinstance(node, tuple) else (node,))
    )
    return [(name, as_text(value)) for name, value in found if value is not None]


def _http_body(fields: Fields, resolve: Resolve) -> tuple[Headers, bytes]:
    for kind, node in fields.items:
        match kind:
            case "form":
                text = urlencode(_pairs(_fields(node), resolve))
                return (("Content-Type", "application/x-www-form-urlencoded"),), text.encode()
            case "json":
                return (("Content-Type", "application/json"),), json.dumps(_json(node, resolve)).encode()
            case "upload":
                return (("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}"),), _upload(
                    _fields(node), resolve
                )
            case "text":
                return (("Content-Type", "text/plain"),), as_text(_leaf(node, resolve)).encode()
    return (), b""


def _upload(fields: Fields, resolve: Resolve) -> bytes:
    """RFC 7578: bytes are a file, all else is a field of the form."""
    parts = []
    for name, node in fields.items:
        head = f'Content-Disposition: form-data; name="{quote(name)}"'
        if isinstance(node, bytes):
            head += '; filename="a.bin"\r\nContent-Type: application/octet-stream'
            data = node
        else:
            data = as_text(_leaf(node, resolve)).encode()
        parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join((*parts, f"--{_BOUNDARY}--\r\n".encode()))


def _json(node: Node, resolve: Resolve) -> Any:  # noqa: ANN401 - any JSON
    match node:
        case Fields(items) | Entries(items):
            return {as_text(_leaf(key, resolve)): _json(value, resolve) for key, value in items}
        case tuple():
            return [_json(item, resolve) for item in node]
        case bytes():
            return as_text(node)
    return _leaf(node, resolve)


def _leaf(node: Node, resolve: Resolve) -> Leaf:
    if isinstance(node, Ref):
        return resolve(node)
    return None if isinstance(node, Fields | Entries | tuple) else node


def _fields(node: Node) -> Fields:
    return node if isinstance(node, Fields) else Fields()
