"""A legacy for any contract, and what a client sees of a call, to hold one way against another.

Each answer is made from the RPC's name and what it was asked; one RPC in four ends with an error behind its messages.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from messages import some_bytes

from crossfade.codegen.contract import CallType, Contract, Method

_MANY = 3
_CALL_S = 30.0
_STREAMED_REQUESTS = frozenset({CallType.CLIENT_STREAM, CallType.BIDI})
_STREAMED_ANSWERS = frozenset({CallType.SERVER_STREAM, CallType.BIDI})
_ADDED = "x-crossfade-served-by"  # what a generated service adds to each answer
_Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that a client is told."""

    first: _Metadata
    messages: tuple[bytes, ...]
    code: str
    details: str
    last: _Metadata


class Anybody(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers every method of a contract, over bytes."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def service(self, call: Any) -> grpc.RpcMethodHandler | None:  # noqa: ANN401 - grpc has no types
        """The handler of one call; None for a method that the contract does not have."""
        method = self._contract.methods.get(call.method.removeprefix("/"))
        if method is None:
            return None
        return grpc.stream_stream_rpc_method_handler(lambda asked, context: self._answer(method, asked, context))

    def _answer(self, method: Method, asked: Iterator[bytes], context: Any) -> Iterator[bytes]:  # noqa: ANN401
        digest = hashlib.sha256(b"\0".join(asked)).hexdigest()
        context.send_initial_metadata((("x-legacy", method.full_name), ("x-asked-bin", digest.encode())))
        context.set_trailing_metadata((("x-end", "a b"), ("x-end-bin", bytes(range(64)))))
        fails = int(hashlib.sha256(method.full_name.encode()).hexdigest(), 16) % 4 == 0
        streams = method.call_type in _STREAMED_ANSWERS
        for number in range((_MANY if streams else 1) - (fails and not streams)):
            yield some_bytes(self._contract, method.output_type, f"{digest} {number}")
        if fails:
            context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
            context.set_details(f"no: ä~% {method.full_name}")


@contextmanager
def serving(contract: Contract) -> Iterator[str]:
    """Such a legacy on a port of loopback, as host:port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8), handlers=(Anybody(contract),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def differing(contract: Contract, methods: Sequence[Method], direct: str, through: str) -> list[str]:
    """The RPCs whose one call is not the same on both ways, each with what differs."""
    with grpc.insecure_channel(direct) as one, grpc.insecure_channel(through) as other:
        found = []
        for method in methods:
            expected, got = (_seen(contract, method, channel) for channel in (one, other))
            parts = [name for name in Seen.__slots__ if getattr(expected, name) != getattr(got, name)]
            if parts:
                found.append(f"{method.full_name}: {', '.join(parts)}: {expected} and {got}")
        return found


def _seen(contract: Contract, method: Method, channel: grpc.Channel) -> Seen:
    count = _MANY if method.call_type in _STREAMED_REQUESTS else 1
    asked = [some_bytes(contract, method.input_type, f"{method.full_name} {number}") for number in range(count)]
    call = channel.stream_stream(f"/{method.full_name}")(iter(asked), timeout=_CALL_S)
    messages: list[bytes] = []
    with contextlib.suppress(grpc.RpcError):  # its status is read below, as that of a call without an error
        messages.extend(call)
    return Seen(
        first=_kept(call.initial_metadata()),
        messages=tuple(messages),
        code=call.code().name,
        details=call.details(),
        last=_kept(call.trailing_metadata()),
    )


def _kept(metadata: Sequence[tuple[str, str | bytes]]) -> _Metadata:
    return tuple(sorted((name, value) for name, value in metadata if name != _ADDED))
