"""The shop over gRPC: a server of one instance, and a client that works through a person's session."""

import importlib
import random
import sys
from collections.abc import Callable, Mapping
from concurrent import futures
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc
from grpc_tools import protoc
from shop import RefusedError, Shop, customer_secret
from shop_http import _SKUS, _WORDS

PROTO = Path(__file__).parent / "shop.proto"
SERVICE = "shop.v1.Shop"
WRITES = tuple(f"{SERVICE}/{name}" for name in ("Register", "Login", "Create", "Update", "Delete"))
_CODES: Mapping[int, grpc.StatusCode] = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ALREADY_EXISTS,
    412: grpc.StatusCode.FAILED_PRECONDITION,
}


def messages_in(folder: Path) -> ModuleType:
    """What protoc makes of shop.proto."""
    protoc.main(["protoc", f"-I{PROTO.parent}", f"--python_out={folder}", str(PROTO)])
    sys.path.insert(0, str(folder))
    return importlib.import_module("shop_pb2")


class Server:
    """Serves one instance until ``end``."""

    def __init__(self, shop: Shop, messages: ModuleType) -> None:
        self.count = 0
        self._shop = shop
        self._messages = messages
        self._server = grpc.server(futures.ThreadPoolExecutor(16))
        described = messages.DESCRIPTOR.services_by_name["Shop"]
        handlers = {method.name: self._handler(method) for method in described.methods}
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def end(self) -> None:
        """Takes no more calls."""
        self._server.stop(None)

    def _handler(self, method: Any) -> Any:  # noqa: ANN401 - a descriptor; grpcio's stubs name no handler
        asked_type = getattr(self._messages, method.input_type.name)
        said_type = getattr(self._messages, method.output_type.name)
        answer = getattr(self, f"_{method.name.lower()}")

        def handle(asked: Any, context: Any) -> Any:  # noqa: ANN401 - messages made by protoc
            self.count += 1
            token = dict(context.invocation_metadata()).get("authorization", "").removeprefix("Bearer ")
            try:
                return said_type(**answer(asked, token))
            except RefusedError as error:
                return context.abort(_CODES[error.status], error.text)

        return grpc.unary_unary_rpc_method_handler(
            handle, request_deserializer=asked_type.FromString, response_serializer=said_type.SerializeToString
        )

    def _register(self, asked: Any, _: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.register(asked.name, asked.mail, asked.secret)

    def _login(self, asked: Any, _: str) -> dict[str, Any]:  # noqa: ANN401
        session = self._shop.login(asked.mail, asked.secret)
        return {key: session[key] for key in ("access_token", "expires_in")}

    def _me(self, _: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.me(token)

    def _create(self, asked: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.create(token, _items(asked), asked.note)

    def _list(self, asked: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.page(token, asked.page_size, asked.page_token)

    def _get(self, asked: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.get(token, asked.id)

    def _update(self, asked: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        return self._shop.update(token, asked.id, asked.etag, _items(asked), asked.note)

    def _delete(self, asked: Any, token: str) -> dict[str, Any]:  # noqa: ANN401
        self._shop.delete(token, asked.id)
        return {}


def _items(asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [{"sku": item.sku, "quantity": item.quantity, "unit_price": item.unit_price} for item in asked.items]


class Person:
    """A client who registers, logs in, and orders, over one channel."""

    def __init__(self, port: int, number: int, rng: random.Random, messages: ModuleType) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._messages = messages
        self._rng = rng
        self._mail = f"person{number}.{rng.randrange(10**6)}@example.test"
        self._token = ""
        self.asked = 0
        self.orders: dict[str, str] = {}

    def work(self, others: list[str]) -> None:
        """A whole session; ``others`` are orders of other people, to which this person's are added."""
        secret = customer_secret(self._mail)
        name = " ".join(self._rng.choice(("Ann", "Bob", "Cem", "Dee", "Eve")) for _ in range(2))
        self._ask("Register", name=name, mail=self._mail, secret=secret)
        self._token = self._ask("Login", mail=self._mail, secret=secret).access_token
        self._ask("Me")
        for _ in range(self._rng.randint(3, 5)):
            order = self._ask("Create", **self._new_order())
            self.orders[order.id] = order.etag
        self._read_pages()
        for order_id in self.orders:
            self._ask("Get", id=order_id)
        self._change(self._rng.choice(list(self.orders)))
        gone = self._rng.choice(list(self.orders))
        self._ask("Delete", id=gone)
        self._ask("Get", id=gone)
        del self.orders[gone]
        self._read_pages()
        if others:
            self._ask("Get", id=self._rng.choice(others))
        others.append(self._rng.choice(list(self.orders)))
        self._channel.close()

    def _read_pages(self) -> None:
        token = ""
        for _ in range(10):
            page = self._ask("List", page_size=2, page_token=token)
            if not (token := page.next_page_token):
                return

    def _change(self, order_id: str) -> None:
        old = self.orders[order_id]
        self.orders[order_id] = self._ask("Update", id=order_id, etag=old, **self._new_order()).etag
        self._ask("Update", id=order_id, etag=old, **self._new_order())
        self._ask("Get", id=order_id)

    def _new_order(self) -> dict[str, Any]:
        rng, item = self._rng, self._messages.Item
        items = [
            item(sku=sku, quantity=rng.randint(1, 9), unit_price=rng.randrange(100, 5000))
            for sku in rng.sample(_SKUS, rng.randint(1, 4))
        ]
        return {"items": items, "note": " ".join(rng.sample(_WORDS, 3))}

    def _ask(self, rpc: str, /, **fields: Any) -> Any:  # noqa: ANN401
        """Legacy's answer, or None where it refuses."""
        self.asked += 1
        method = self._messages.DESCRIPTOR.services_by_name["Shop"].methods_by_name[rpc]
        asked, said = (getattr(self._messages, kind.name) for kind in (method.input_type, method.output_type))
        call: Callable[..., Any] = self._channel.unary_unary(
            f"/{SERVICE}/{rpc}", request_serializer=asked.SerializeToString, response_deserializer=said.FromString
        )
        metadata = [("authorization", f"Bearer {self._token}")] if self._token else []
        try:
            return call(asked(**fields), metadata=metadata, timeout=30)
        except grpc.RpcError:
            return None
