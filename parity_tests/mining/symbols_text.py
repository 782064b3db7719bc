"""A session call by call for who reads it, with its handles named, and the table of them at its end. Pure."""

import json
import re
from collections.abc import Iterator

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.symbols import Handle, Symbols
from crossfade.shadow.bindings.edges import Edges
from crossfade.shadow.bindings.messages import message_type
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Answer, Headers, Protocol, Reply, Request, header_values

_ESCAPED = re.compile(r"%24([\w-]+)%23(\d+)")
_NAMED = re.compile(r"\$[\w-]+#\d+")
_UNREADABLE = (UndecodableError, json_format.Error, DecodeError, TypeError, ValueError)
_VALUE_CHARS = 40


def session_text(session: Session, edges: Edges, contract: Contract | None, width: int = 80) -> Iterator[str]:
    """The lines, none longer than ``width`` characters."""
    symbols = Symbols(session, edges, contract)
    lines = [line for at, call in enumerate(session.calls, 1) for line in _call(at, call, symbols, contract)]
    source = f" from {session.source}" if session.source else ""
    head = f"session {session.id}{source}: {len(session.calls)} calls, {len(symbols.handles)} handles"
    yield from (_cut(line, width) for line in (head, *lines, *_table(symbols.handles)))


def _call(at: int, call: Call, symbols: Symbols, contract: Contract | None) -> Iterator[str]:
    request = symbols.request(call.request)
    target = _ESCAPED.sub(r"$\1#\2", request.target)
    yield f"{at:3} {target.lstrip('/') if request.protocol is Protocol.GRPC else f'{request.method} {target}'}"
    yield from (f"    > {line}" for line in _message(request, request, contract))
    reply: Reply = call.reply
    if isinstance(reply, Answer):
        answer = symbols.answer(call.request, reply)
        yield f"    < {_status(request, answer)}"
        yield from (f"    < {line}" for line in _message(request, answer, contract))
    else:
        yield f"    < no answer: {reply.reason.value}"


def _status(request: Request, answer: Answer) -> str:
    if request.protocol is not Protocol.GRPC:
        return str(answer.status)
    fields = (*answer.headers, *answer.trailers)
    return f"grpc-status {', '.join(header_values(fields, 'grpc-status')) or 'none'}"


def _message(request: Request, message: Request | Answer, contract: Contract | None) -> Iterator[str]:
    """Header fields that hold handles, and the body: of a call each message on a line."""
    for name, value in (*message.headers, *message.trailers):
        if _NAMED.search(plain := _ESCAPED.sub(r"$\1#\2", value)):
            yield f"{name.lower()}: {plain}"
    if not message.body:
        return
    if request.protocol is Protocol.GRPC:
        kind = message_type(request, contract, is_answer=isinstance(message, Answer))
        yield from _frames(message, kind, contract)
    else:
        yield _text(message.headers, message.body)


def _frames(message: Request | Answer, kind: str | None, contract: Contract | None) -> Iterator[str]:
    if kind is None or contract is None:
        yield f"({len(message.body)} bytes)"
        return
    try:
        for data in split_frames(message.body, message.headers):
            record = json_format.MessageToDict(parse_message(data, kind, contract), preserving_proto_field_name=True)
            yield json.dumps(record, ensure_ascii=False)
    except _UNREADABLE:
        yield f"({len(message.body)} bytes that are no {kind})"


def _text(headers: Headers, body: bytes) -> str:
    codings = header_values(headers, "content-encoding")
    try:
        text = " ".join(body.decode().split())
    except UnicodeDecodeError:
        text = ""
    if codings or not text:
        return f"({len(body)} bytes{''.join(f', {coding}' for coding in codings)})"
    return _ESCAPED.sub(r"$\1#\2", text)


def _table(handles: list[Handle]) -> Iterator[str]:
    if not handles:
        return
    widest = max(len("handle"), *(len(handle.name) for handle in handles))
    values = max(len("value"), *(min(len(handle.value), _VALUE_CHARS) for handle in handles))
    yield ""
    yield f"{'handle':{widest}}  {'value':{values}}  first seen in"
    for handle in handles:
        where = f"{'answer' if handle.is_answer else 'request'} {handle.call}, {handle.place}"
        yield f"{handle.name:{widest}}  {_cut(handle.value, _VALUE_CHARS):{values}}  {where}"


def _cut(line: str, width: int) -> str:
    plain = "".join(letter if letter.isprintable() else "·" for letter in line)
    return plain if len(plain) <= width else f"{plain[: width - 1]}…"
