"""A grpcio server with one method for each thing that is shown."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent import futures
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import grpc
import pytest

DETAILS = b"\x08\x05\x12\x03bad"
_LIMITS = [("grpc.max_receive_message_length", 2**28), ("grpc.max_send_message_length", 2**28)]


class Legacy:
    """A grpcio server that keeps what each call carried."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.cancelled = threading.Event()
        self.port = 0

    def note(self, context: Any) -> None:
        left = context.time_remaining()
        # grpcio tells a call without a deadline as one of many years
        deadline_s = None if left is None or left > 1e6 else round(left, -1)
        metadata = [(item.key, item.value) for item in context.invocation_metadata()]
        self.seen.append((metadata, context.peer_identities(), deadline_s))

    def unary(self, data: bytes, context: Any) -> bytes:
        self.note(context)
        context.send_initial_metadata((("x-one", "1"), ("x-one", "2"), ("x-b-bin", b"\x00\xff")))
        context.set_trailing_metadata((("x-end", "2"), ("x-end", "1")))
        return data[::-1]

    def failing(self, _data: bytes, context: Any) -> bytes:
        context.set_trailing_metadata((("grpc-status-details-bin", DETAILS),))
        context.abort(grpc.StatusCode.NOT_FOUND, "no such thing: é %")
        return b""

    def hang(self, _data: bytes, context: Any) -> bytes:
        ended = threading.Event()
        context.add_callback(ended.set)
        if ended.wait(20):
            self.cancelled.set()
        return b""

    def both(self, items: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        for item in items:
            yield item.upper()

    def stops_early(self, items: Iterator[bytes], context: Any) -> Iterator[bytes]:
        yield next(items)
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough")

    def handlers(self) -> dict[str, grpc.RpcMethodHandler]:
        return {
            "Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "Failing": grpc.unary_unary_rpc_method_handler(self.failing),
            "Hang": grpc.unary_unary_rpc_method_handler(self.hang),
            "Both": grpc.stream_stream_rpc_method_handler(self.both),
            "StopsEarly": grpc.stream_stream_rpc_method_handler(self.stops_early),
        }


@asynccontextmanager
async def _legacy(**options: Any) -> AsyncIterator[Legacy]:
    legacy = Legacy()
    server = grpc.server(futures.ThreadPoolExecutor(8), options=[*_LIMITS, *options.items()])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("p.S", legacy.handlers()),))
    legacy.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield legacy
    await asyncio.to_thread(server.stop(0).wait)


@pytest.fixture
def legacy() -> Callable[..., AbstractAsyncContextManager[Legacy]]:
    """A running server; arguments are channel options of grpc."""
    return _legacy
