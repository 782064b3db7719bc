"""A pair told by a service and the same answers read by the proxy are one finding: real gRPC servers, asked both ways."""

import base64
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.ingest.answers import build_request, frames
from crossfade.shadow.judging.judge import Judge

SERVICE = "t.v1.Things"
STREAMED_REQUEST, STREAMED_ANSWER = {"Sum", "Talk"}, {"List", "Talk"}
ASK = b"\x0a\x03a-1"


def _handler(method: str, behaviour: Callable[..., Any]) -> Any:
    make = {
        "Get": grpc.unary_unary_rpc_method_handler,
        "List": grpc.unary_stream_rpc_method_handler,
        "Sum": grpc.stream_unary_rpc_method_handler,
        "Talk": grpc.stream_stream_rpc_method_handler,
    }[method]
    return make(behaviour)


def _behaviour(method: str, told: dict[str, Any]) -> Callable[..., Any]:
    """Answers as told, with bytes."""

    def begin(asked: Any, context: grpc.ServicerContext) -> None:
        if method in STREAMED_REQUEST:
            list(asked)
        if "header" in told:
            context.send_initial_metadata(told["header"])
        context.set_trailing_metadata(told.get("trailer", ()))

    def end(context: grpc.ServicerContext) -> None:
        if "abort" in told:
            context.abort(*told["abort"])

    def one(asked: Any, context: grpc.ServicerContext) -> bytes:
        begin(asked, context)
        end(context)
        return bytes(told["messages"][0])

    def many(asked: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
        begin(asked, context)
        yield from told["messages"]
        end(context)

    return many if method in STREAMED_ANSWER else one


def _as_a_service_sees_it(address: str, method: str) -> dict[str, Any]:
    """One side of a pair line, by what a gRPC library gives."""
    with grpc.insecure_channel(address) as channel:
        call = {
            "Get": channel.unary_stream,
            "List": channel.unary_stream,
            "Sum": channel.stream_stream,
            "Talk": channel.stream_stream,
        }[method](f"/{SERVICE}/{method}")
        answer = call(iter([ASK]) if method in STREAMED_REQUEST else ASK)
        messages = []
        with contextlib.suppress(grpc.RpcError):
            messages.extend(answer)
        return {
            "headers": [_field(*item) for item in answer.initial_metadata()],
            "messages": [base64.b64encode(message).decode() for message in messages],
            "status": answer.code().value[0],
            "message": answer.details(),
            "trailers": [_field(*item) for item in answer.trailing_metadata()],
            "latency_ms": 1.0,
            "truncated": False,
        }


def _field(name: str, value: str | bytes) -> list[str]:
    return [name, base64.b64encode(value).decode() if isinstance(value, bytes) else value]


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server with one method; gives its address."""
    servers = []

    def begin(method: str, told: dict[str, Any]) -> str:
        methods = {method: _handler(method, _behaviour(method, told))}
        server = grpc.server(ThreadPoolExecutor(2), handlers=[grpc.method_handlers_generic_handler(SERVICE, methods)])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"

    yield begin
    for server in servers:
        server.stop(0).wait()


NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "no a-1 (100 % sure) ü")
SIDES = [
    ({"messages": [b"\x10\x01"]}, {"messages": [b"\x10\x02"]}),
    ({"messages": [b"\x0a\x01a\x10\x01"]}, {"messages": [b"\x10\x01\x0a\x01a"]}),
    ({"messages": [b"\x10\x01"]}, {"messages": [], "abort": NOT_FOUND}),
    ({"messages": [], "abort": NOT_FOUND}, {"messages": [], "abort": (grpc.StatusCode.UNKNOWN, "NoSuchElement")}),
    (
        {"messages": [b"\x10\x01"], "header": (("x-a", "1"), ("x-bin", b"\0\1"))},
        {"messages": [b"\x10\x01"], "header": (("x-a", "2"),)},
    ),
    (
        {"messages": [], "abort": NOT_FOUND, "trailer": (("x-t", "1"), ("grpc-status-details-bin", b"\x08\x05"))},
        {"messages": [], "abort": NOT_FOUND, "trailer": (("x-t", "1"), ("grpc-status-details-bin", b"\x08\x06"))},
    ),
]


@pytest.mark.parametrize(("legacy", "candidate"), SIDES)
@pytest.mark.parametrize("method", ["Get", "List", "Sum", "Talk"])
async def test_one_finding(
    contract: Contract, bench: Any, lines: Any, serve: Any, method: str, legacy: Any, candidate: Any
) -> None:
    """The signature, the examples and the hash of the request."""
    addresses = [serve(method, side) for side in (legacy, candidate)]
    route = RouteInfo(
        route=f"{SERVICE}/{method}",
        protocol="grpc",
        call_type=str(contract.methods[f"{SERVICE}/{method}"].call_type),
        stage="shadow",
    )
    fields = (("content-type", "application/grpc"), ("te", "trailers"))
    request = build_request(route.route, fields, frames([ASK]), request_id="id-0", at=1000.0)
    replies = []
    for address in addresses:
        upstream = Upstream(f"http://{address}", deadline_ms=5000, body_limit_bytes=10_000)
        replies.append(await upstream.ask(request))
        await upstream.close()
    comparison = Comparison(
        request=request,
        route=route.route,
        legacy=replies[0],
        candidate=replies[1],
        secondary=None,
        followed=method in STREAMED_ANSWER,
    )
    wanted = Judge(contract=contract).observe(comparison, route).observation
    told = [_as_a_service_sees_it(address, method) for address in addresses]
    bench.take(lines.pair(*told, ASK, route=route.route, headers=[list(field) for field in fields]))
    (found,) = bench.seen
    assert isinstance(wanted, Judged)
    assert (found.signature, found.examples, found.request_hash) == (
        wanted.signature,
        wanted.examples,
        wanted.request_hash,
    )
    assert bool(found.signature) == (legacy["messages"] != [b"\x0a\x01a\x10\x01"])
