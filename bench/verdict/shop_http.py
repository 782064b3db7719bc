"""The shop over HTTP: a server of one instance, and a client that works through a person's session."""

import http.client
import json
import random
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from served import HOST, Asked, Said
from shop import RefusedError, Shop, customer_secret

ROUTES = (
    "POST /customers",
    "POST /sessions",
    "GET /customers/{id}",
    "POST /orders",
    "GET /orders",
    "GET /orders/{id}",
    "PUT /orders/{id}",
    "DELETE /orders/{id}",
)
WRITES = tuple(route for route in ROUTES if not route.startswith("GET"))

_SKUS = ("bolt-m4", "bolt-m6", "nut-m4", "nut-m6", "washer-4", "rod-1m")
_WORDS = ("soon", "fragile", "gift", "second", "floor", "leave", "call", "before")


def serve(shop: Shop) -> Callable[[Asked], Said]:
    """What a server answers."""

    def answer(asked: Asked) -> Said:
        try:
            return _answer(shop, asked)
        except RefusedError as error:
            return Said(status=error.status, value={"error": error.text})

    return answer


def _answer(shop: Shop, asked: Asked) -> Said:  # noqa: C901, PLR0911 - one for each route
    url = urlsplit(asked.target)
    token = asked.headers.get("authorization", "").removeprefix("Bearer ")
    body = json.loads(asked.body) if asked.body else {}
    _, name, *rest = url.path.split("/")
    match asked.method, name, rest:
        case "POST", "customers", []:
            made = shop.register(body["name"], body["mail"], body["secret"])
            return Said(status=201, value=made, headers={"Location": f"/customers/{made['id']}"})
        case "POST", "sessions", []:
            return Said(value=shop.login(body["mail"], body["secret"]))
        case "GET", "customers", [number]:
            customer = shop.me(token)
            if str(customer["id"]) != number:
                raise RefusedError(403, "not you")
            return Said(value=customer)
        case "POST", "orders", []:
            order = shop.create(token, body["items"], body["note"])
            return _order(order, status=201, headers={"Location": f"/orders/{order['id']}"})
        case "GET", "orders", []:
            query = parse_qs(url.query)
            page = shop.page(token, int(query["page_size"][0]), query.get("page_token", [""])[0])
            return Said(value=page)
        case "GET", "orders", [order_id]:
            order = shop.get(token, order_id)
            if asked.headers.get("if-none-match") == f'"{order["etag"]}"':
                return Said(status=304, headers={"ETag": f'"{order["etag"]}"'})
            return _order(order)
        case "PUT", "orders", [order_id]:
            etag = asked.headers.get("if-match", "").strip('"')
            return _order(shop.update(token, order_id, etag, body["items"], body["note"]))
        case "DELETE", "orders", [order_id]:
            shop.delete(token, order_id)
            return Said(status=204)
    raise RefusedError(404, "no such thing")


def _order(order: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Said:
    value = {key: item for key, item in order.items() if key != "etag"}
    return Said(status=status, value=value, headers={"ETag": f'"{order["etag"]}"', **(headers or {})})


class Person:
    """A client who registers, logs in, and orders, over one connection."""

    def __init__(self, port: int, number: int, rng: random.Random) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)
        self._rng = rng
        self._mail = f"person{number}.{rng.randrange(10**6)}@example.test"
        self._token = ""
        self.asked = 0
        self.orders: dict[str, str] = {}

    def work(self, others: list[str]) -> None:
        """A whole session; ``others`` are orders of other people, to which this person's are added."""
        self._begin()
        for _ in range(self._rng.randint(3, 5)):
            status, order, headers = self._ask("POST", "/orders", self._new_order())
            assert status == 201, order  # noqa: PLR2004 - Created
            self.orders[order["id"]] = headers["etag"]
        self._read_pages()
        for order_id in list(self.orders):
            self._read(order_id)
        self._change(self._rng.choice(list(self.orders)))
        self._leave_one(self._rng.choice(list(self.orders)))
        self._read_pages()
        if others:
            self._ask("GET", f"/orders/{self._rng.choice(others)}")
        others.append(self._rng.choice(list(self.orders)))
        self._connection.close()

    def _begin(self) -> None:
        secret = customer_secret(self._mail)
        name = " ".join(self._rng.choice(("Ann", "Bob", "Cem", "Dee", "Eve")) for _ in range(2))
        customer = self._ask("POST", "/customers", {"name": name, "mail": self._mail, "secret": secret})[1]
        self._token = self._ask("POST", "/sessions", {"mail": self._mail, "secret": secret})[1]["access_token"]
        self._ask("GET", f"/customers/{customer['id']}")

    def _read_pages(self) -> None:
        token = ""
        for _ in range(10):
            page = self._ask("GET", f"/orders?page_size=2{f'&page_token={token}' if token else ''}")[1]
            if not (token := page["next_page_token"]):
                return

    def _read(self, order_id: str) -> None:
        etag = self._ask("GET", f"/orders/{order_id}")[2]["etag"]
        self._ask("GET", f"/orders/{order_id}", headers={"If-None-Match": etag})

    def _change(self, order_id: str) -> None:
        old = self.orders[order_id]
        self.orders[order_id] = self._ask("PUT", f"/orders/{order_id}", self._new_order(), {"If-Match": old})[2]["etag"]
        self._ask("PUT", f"/orders/{order_id}", self._new_order(), {"If-Match": old})
        self._read(order_id)

    def _leave_one(self, order_id: str) -> None:
        self._ask("DELETE", f"/orders/{order_id}")
        self._ask("GET", f"/orders/{order_id}")
        del self.orders[order_id]

    def _new_order(self) -> dict[str, Any]:
        rng = self._rng
        items = [
            {"sku": sku, "quantity": rng.randint(1, 9), "unit_price": rng.randrange(100, 5000)}
            for sku in rng.sample(_SKUS, rng.randint(1, 4))
        ]
        return {"items": items, "note": " ".join(rng.sample(_WORDS, 3))}

    def _ask(
        self, method: str, target: str, value: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and header fields of legacy's answer."""
        self.asked += 1
        sent = dict(headers or {})
        body = None if value is None else json.dumps(value).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        self._connection.request(method, target, body, sent)
        response = self._connection.getresponse()
        data = response.read()
        fields = {name.lower(): field for name, field in response.getheaders()}
        return response.status, json.loads(data) if data else None, fields
