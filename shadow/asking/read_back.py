"""The safe requests by which what a write made is read: of declared routes and methods that take its id. Pure."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from google.protobuf.message import DecodeError, Message

from crossfade.codegen.contract import Contract, Method
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.templates import is_parameter, split_path

_OF_BODIES = frozenset({"content-type", "content-length", "content-encoding", "idempotency-key", "if-match"})
_MOST = 4
_Id = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """A read, and the route it is of."""

    route: RouteInfo
    request: Request


def reads_back(
    write: Request, answer: Answer, route: RouteInfo, *, templates: Iterable[str], contract: Contract | None
) -> tuple[ReadBack, ...]:
    """Up to four reads of what a write on ``route`` made or changed, with its credentials."""
    if write.protocol is Protocol.GRPC:
        found = _calls(write, answer, route, contract) if contract is not None else iter(())
    else:
        found = _gets(write, answer, route, templates)
    reads = [read for read, _ in zip(found, range(_MOST), strict=False)]
    return tuple(
        replace(read, request=replace(read.request, id=f"{write.id}-read-{number}"))
        for number, read in enumerate(reads, 1)
    )


def _gets(write: Request, answer: Answer, route: RouteInfo, templates: Iterable[str]) -> Iterator[ReadBack]:
    """``GET /builds/{id}`` of a write to ``/builds``, with the id that it gave, or of one to ``/builds/17/...``."""
    path = split_path(write.target.partition("?")[0])
    made = _id_in_json(answer)
    for template in templates:
        method, _, pattern = template.partition(" ")
        parts = split_path(pattern)
        if method != "GET" or not is_parameter(parts[-1]):
            continue
        if len(parts) <= len(path):
            named = path[: len(parts)]
        elif len(parts) == len(path) + 1 and made is not None:
            named = (*path, str(made))
        else:
            continue
        if all(is_parameter(part) or part == segment for part, segment in zip(parts, named, strict=True)):
            headers = tuple(field for field in write.headers if field[0].lower() not in _OF_BODIES)
            yield _read(write, replace(route, route=template), headers, method="GET", target=f"/{'/'.join(named)}")


def _id_in_json(answer: Answer) -> _Id | None:
    """The id that the answer gives what was made."""
    try:
        value = decode_json(answer.body.decode())
    except (UndecodableError, UnicodeDecodeError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    is_id = isinstance(found, str | int) and not isinstance(found, bool)
    return found if is_id and "/" not in str(found) else None  # type: ignore[return-value] # as tested


def _calls(write: Request, answer: Answer, route: RouteInfo, contract: Contract) -> Iterator[ReadBack]:
    """The safe calls of the same service that take one field, an id that the write named or gave."""
    method = contract.methods.get(write.target.removeprefix("/"))
    messages: tuple[Message, ...] = ()
    if method is not None:
        with contextlib.suppress(UndecodableError, DecodeError):
            messages = _messages(write, answer, method, contract)
    service = write.target.rpartition("/")[0].removeprefix("/")
    for name, other in contract.methods.items():
        if not messages or not other.safe or str(other.call_type) != "unary" or name.rpartition("/")[0] != service:
            continue
        asked = _filled(contract.message_class(other.input_type)(), messages)
        if asked is not None:
            data = asked.SerializeToString()
            read = _read(write, replace(route, route=name), write.headers, method="POST", target=f"/{name}")
            yield replace(read, request=replace(read.request, body=b"\0" + len(data).to_bytes(4) + data))


def _messages(write: Request, answer: Answer, method: Method, contract: Contract) -> tuple[Message, ...]:
    """What the write was answered, and what it said. Raises: UndecodableError, DecodeError."""
    found = []
    for body, headers, kind in (
        (answer.body, answer.headers, method.output_type),
        (write.body, write.headers, method.input_type),
    ):
        (data, *_) = (*split_frames(body, headers), b"")
        message = contract.message_class(kind)()
        message.ParseFromString(data)
        found.append(message)
    return tuple(found)


def _filled(asked: Message, messages: Iterable[Message]) -> Message | None:
    """The message with its only field, None where that is no id, or nobody told it."""
    fields = asked.DESCRIPTOR.fields
    if len(fields) != 1 or not (fields[0].name == "id" or fields[0].name.endswith("_id")):
        return None
    field = fields[0]
    for message in messages:
        for name in dict.fromkeys((field.name, "id")):
            known = message.DESCRIPTOR.fields_by_name.get(name)
            if known is not None and known.type == field.type and getattr(message, name):
                setattr(asked, field.name, getattr(message, name))
                return asked
    return None


def _read(write: Request, route: RouteInfo, headers: Headers, *, method: str, target: str) -> ReadBack:
    request = replace(write, method=method, target=target, headers=headers, body=b"", trailers=(), truncated=False)
    return ReadBack(route=route, request=request)
