"""The legacy of the probe, inside the test's own process; what it saw can be looked at."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import HealthServicer

DETAILS = b"\x08\x05\x12\x04gone"


@dataclass
class Seen:
    """One call as legacy had it."""

    method: str
    metadata: tuple[tuple[str, str | bytes], ...]
    time_remaining_s: float | None
    messages: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)


class Legacy:
    """A grpcio server of the probe; ``seen`` has every call, also of methods that no contract names."""

    def __init__(
        self,
        messages: ModuleType,
        *,
        port: int = 0,
        credentials: grpc.ServerCredentials | None = None,
        health: Mapping[str, int] | None = None,
    ) -> None:
        self.seen: list[Seen] = []
        self._messages: Any = messages
        self._server = grpc.server(ThreadPoolExecutor(32), options=[("grpc.so_reuseport", 0)])
        if health is not None:
            servicer = HealthServicer()
            health_pb2_grpc.add_HealthServicer_to_server(servicer, self._server)
            for name, status in health.items():
                servicer.set(name, status)
        self._server.add_generic_rpc_handlers((_Handlers(self),))
        address = f"127.0.0.1:{port}"
        if credentials is None:
            self.port = self._server.add_insecure_port(address)
        else:
            self.port = self._server.add_secure_port(address, credentials)
        self._server.start()

    def stop(self) -> None:
        """Ends at once."""
        assert self._server.stop(0).wait(10)

    def of(self, method: str) -> list[Seen]:
        """The calls of one method so far."""
        return [seen for seen in self.seen if seen.method.endswith(f"/{method}")]

    def note(self, method: str, context: grpc.ServicerContext) -> Seen:
        """Keeps a call in mind, and whether its client leaves."""
        seen = Seen(method, tuple((m.key, m.value) for m in context.invocation_metadata()), context.time_remaining())
        context.add_callback(seen.cancelled.set)
        self.seen.append(seen)
        return seen

    def get(self, ask: Any, context: Any) -> Any:
        """One answer."""
        self.note("/probe.v1.Probe/Get", context)
        if ask.text == "meta":
            context.send_initial_metadata((("x-first", "one"), ("x-first", "two"), ("x-first-bin", b"\x00\xff\x03")))
        _echo(context)
        return self.said(ask, context)

    def list(self, ask: Any, context: Any) -> Iterator[Any]:
        """``count`` answers."""
        seen = self.note("/probe.v1.Probe/List", context)
        _echo(context)
        for number in range(ask.count):
            said = self.said(ask, context)
            said.number = number
            seen.messages += 1
            yield said
        if ask.text == "raise at the end":
            raise ValueError("enough")

    def sum(self, asks: Iterator[Any], context: Any) -> Any:
        """All texts and the sum of the counts."""
        seen = self.note("/probe.v1.Probe/Sum", context)
        total, texts = 0, []
        for ask in asks:
            self.said(ask, context)
            total += ask.count
            texts.append(ask.text)
            seen.messages += 1
        _echo(context)
        return self._messages.Said(text=",".join(texts), number=total)

    def chat(self, asks: Iterator[Any], context: Any) -> Iterator[Any]:
        """An answer to each, until the end."""
        seen = self.note("/probe.v1.Probe/Chat", context)
        for ask in asks:
            seen.messages += 1
            if ask.text == "end":
                break
            yield self.said(ask, context)
        _echo(context)

    def said(self, ask: Any, context: Any) -> Any:
        """What is said to one message; some texts are commands."""
        text = ask.text
        if text == "fail":
            earlier = context.trailing_metadata() or ()  # the port adds, so this must not replace
            context.set_trailing_metadata((*earlier, ("grpc-status-details-bin", DETAILS), ("x-why", "gone")))
            context.abort(grpc.StatusCode.NOT_FOUND, 'nothing: ü~% "x"')
        elif text.startswith("raise ") and text != "raise at the end":
            raise ValueError(text.removeprefix("raise "))
        elif text == "broken table":
            raise ValueError(text)
        elif text.startswith("sleep "):
            until = time.monotonic() + int(text.removeprefix("sleep ")) / 1000
            while time.monotonic() < until and context.is_active():
                time.sleep(0.005)
        elif text == "unequal":
            return self._messages.Said(text="legacy")
        elif text.startswith("blob "):
            return self._messages.Said(blob=bytes(int(text.removeprefix("blob "))))
        return self._messages.Said(text=text, number=ask.count, blob=ask.blob)

    def handler(self, method: str) -> grpc.RpcMethodHandler:
        """The handler of a method; one that is in no contract echoes bytes."""
        name = method.rpartition("/")[2]
        read, write = self._messages.Ask.FromString, self._messages.Said.SerializeToString
        if name == "List":
            return grpc.unary_stream_rpc_method_handler(self.list, read, write)
        if name == "Sum":
            return grpc.stream_unary_rpc_method_handler(self.sum, read, write)
        if name in {"Chat", "LaterChat"}:
            return grpc.stream_stream_rpc_method_handler(self.chat, read, write)
        if name in {"Get", "Put", "Later", "Never"}:
            return grpc.unary_unary_rpc_method_handler(self.get, read, write)
        return grpc.stream_stream_rpc_method_handler(lambda asks, context: self._unknown(method, asks, context))

    def _unknown(self, method: str, asks: Iterator[bytes], context: Any) -> Iterator[bytes]:
        self.note(method, context)
        for ask in asks:
            yield ask[::-1]


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, legacy: Legacy) -> None:
        self._legacy = legacy

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if call.method.startswith("/grpc."):
            return None
        return self._legacy.handler(call.method)


def _echo(context: Any) -> None:
    back = [(m.key, m.value) for m in context.invocation_metadata() if m.key in {"x-echo", "x-echo-bin"}]
    if back:
        context.set_trailing_metadata(tuple(back))
