"""Plain grpcio services, one of threads and one of asyncio, whose methods end as those of the Java project beside it.

Prints the ports of both, and serves until it is ended.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent import futures
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import StringValue

SERVICE = "statuses.v1.Statuses"
SLOW_S = 1.5
NO_USER = grpc.StatusCode.NOT_FOUND, "no such user"


def _echo(request: StringValue, _: Any) -> StringValue:
    return request


def _boom(_request: StringValue, _: Any) -> StringValue:
    message = "boom"
    raise ValueError(message)


def _abort(_: StringValue, context: Any) -> Any:
    context.abort(*NO_USER)


def _nothing(_request: StringValue, _: Any) -> None:
    return None


def _set_code(request: StringValue, context: Any) -> StringValue:
    code, details = NO_USER
    context.set_code(code)
    context.set_details(details)
    return request


def _slow(request: StringValue, _: Any) -> StringValue:
    time.sleep(SLOW_S)
    return request


async def _abort_async(_: StringValue, context: Any) -> None:
    await context.abort(*NO_USER)


async def _slow_async(request: StringValue, _: Any) -> StringValue:
    await asyncio.sleep(SLOW_S)
    return request


def _unimplemented(_request: StringValue, context: Any) -> StringValue:
    """As protoc's base class has it."""
    context.set_code(grpc.StatusCode.UNIMPLEMENTED)
    context.set_details("Method not implemented!")
    raise NotImplementedError("Method not implemented!")


METHODS: Mapping[str, Callable[..., Any]] = {
    "Echo": _echo,
    "Boom": _boom,
    "Abort": _abort,
    "Throw": _abort,
    "Nothing": _nothing,
    "SetCode": _set_code,
    "Slow": _slow,
    "Unimplemented": _unimplemented,
}
ASYNC = {"Abort": _abort_async, "Throw": _abort_async, "Slow": _slow_async}


def _async(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(request: StringValue, context: Any) -> Any:
        return handler(request, context)

    return handle


def _serve(server: Any, methods: Mapping[str, Callable[..., Any]]) -> int:
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            handler, request_deserializer=StringValue.FromString, response_serializer=StringValue.SerializeToString
        )
        for name, handler in methods.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    return int(server.add_insecure_port("127.0.0.1:0"))


async def main() -> None:
    """Serves."""
    threads = grpc.server(futures.ThreadPoolExecutor(4))
    port = _serve(threads, METHODS)
    threads.start()
    loop = grpc.aio.server()
    methods = {name: ASYNC.get(name) or _async(handler) for name, handler in METHODS.items()}
    loop_port = _serve(loop, methods)
    await loop.start()
    print(f"READY {port} {loop_port}", flush=True)  # noqa: T201 - whoever starts it reads this
    await loop.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
