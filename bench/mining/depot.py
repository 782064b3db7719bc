"""A depot that numbers all that it makes from 1, so that its ids are the quantities, SKUs and pages of its clients.

Each instance starts every number of its own elsewhere. ``Visit`` is a client's session of 30 calls, and knows of each
value that it sends whether it is an id, and of what. Names say little: ``no``, ``of``, ``buyer``, ``from``.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

CALLS = 30
_SKUS, _QUANTITIES, _PAGES = 60, 12, 9
KINDS = ("buyer", "order", "line", "ticket")


@dataclass(slots=True, kw_only=True)
class Depot:
    """One instance; ``begins`` are the first numbers by kind, ``write`` makes an id of a number."""

    begins: Mapping[str, int]
    write: Callable[[str, int], Any] = lambda _, number: number
    buyers: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = {kind: count(self.begins[kind]) for kind in KINDS}

    def answer(  # noqa: PLR0911 - one for each route
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any]
    ) -> tuple[int, Any]:
        """Status and JSON."""
        match method, path.strip("/").split("/"):
            case "POST", ["buyers"]:
                return self._make("buyer", self.buyers, {"name": body["name"]})
            case "POST", ["orders"]:
                if str(body["buyer"]) not in self.buyers:
                    return _MISSING
                return self._make("order", self.orders, {"buyer": body["buyer"], "lines": [], "note": body["note"]})
            case "GET", ["orders"]:
                asked = query["buyer"]
                return 200, {"orders": [order for order in self.orders.values() if str(order["buyer"]) == asked]}
            case "GET", ["catalog", sku]:
                return 200, {"sku": int(sku), "price": int(sku) * 3, "pack": int(sku) % _QUANTITIES}
            case "GET", ["stock"]:
                return 200, {"page": int(query["page"]), "skus": [int(query["page"]) + at for at in range(5)]}
            case "POST", ["returns"]:
                return self._return(body)
            case "GET", ["track"]:
                found = self.tickets.get(query["no"])
                return _MISSING if found is None else (200, {**found, "level": int(query["level"])})
            case _, ["orders", order, *rest]:
                return self._order(method, order, rest, body)
        raise ValueError(path)

    def _order(self, method: str, key: str, rest: list[str], body: Mapping[str, Any]) -> tuple[int, Any]:
        order = self.orders.get(key)
        if order is None:
            return _MISSING
        match method, rest:
            case "GET", []:
                return 200, order
            case "POST", ["lines"]:
                line = {"no": self._next("line"), "sku": body["sku"], "quantity": body["quantity"]}
                order["lines"].append(line)
                return 201, line
            case "DELETE", ["lines", number]:
                left = [line for line in order["lines"] if str(line["no"]) != number]
                status = 204 if len(left) < len(order["lines"]) else 404
                order["lines"] = left
                return status, None
        raise ValueError(rest)

    def _return(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        order = self.orders.get(str(body["of"]))
        if order is None or all(line["no"] != body["from"] for line in order["lines"]):
            return _MISSING
        return self._make("ticket", self.tickets, {"quantity": body["quantity"]})

    def _make(self, kind: str, kept: dict[str, dict[str, Any]], about: dict[str, Any]) -> tuple[int, Any]:
        made = {"id" if kind != "ticket" else "no": self._next(kind), **about}
        kept[str(next(iter(made.values())))] = made
        return 201, made

    def _next(self, kind: str) -> Any:  # noqa: ANN401 - a number or a text
        return self.write(kind, next(self.numbers[kind]))


_MISSING = (404, {"error": "no such thing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request of a client; ``ids`` are the places of its values that are ids, with their kinds; others are none."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    route: str = ""

    @property
    def target(self) -> str:
        """Path and query."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.path}?{query}" if query else self.path

    def values(self) -> dict[str, Any]:
        """All that it sends, by place."""
        return values_of(self.path, self.query, self.body or {})

    def translated(self, known: Mapping[tuple[str, str], Any]) -> "Sent":
        """As a client of another instance sends it: ``known`` are its ids by kind and this one's."""

        def value(place: str, mine: Any) -> Any:  # noqa: ANN401 - a number or a text
            return known[self.ids[place], str(mine)] if place in self.ids else mine

        return replace(
            self,
            path="/".join(str(value(f"path/{at}", part)) for at, part in enumerate(self.path.split("/"))),
            query={name: value(f"query/{name}", mine) for name, mine in self.query.items()},
            body=None if self.body is None else {name: value(f"body/{name}", mine) for name, mine in self.body.items()},
        )


@dataclass(slots=True)
class Visit:
    """One client: makes a buyer and orders, looks around, changes, sends back."""

    number: int
    rng: random.Random
    buyer: Any = None
    orders: list[Any] = field(default_factory=list)
    lines: list[tuple[Any, Any]] = field(default_factory=list)
    tickets: list[Any] = field(default_factory=list)

    def next(self) -> Sent:
        """The next request."""
        if self.buyer is None:
            return Sent(method="POST", path="/buyers", body={"name": f"n{self.number}"}, route="POST /buyers")
        if not self.orders or self.rng.random() < 0.12:  # noqa: PLR2004 - some of them
            body = {"buyer": self.buyer, "note": f"note {self.rng.randrange(10**6)}"}
            return Sent(method="POST", path="/orders", body=body, ids={"body/buyer": "buyer"}, route="POST /orders")
        now = (self._list, self._get, self._line, self._line, self._catalog, self._stock)
        return self.rng.choice((*now, *self._later))()

    def took(self, sent: Sent, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Remembers what an answer gave."""
        match sent.route:
            case "POST /buyers":
                self.buyer = answer["id"]
            case "POST /orders":
                self.orders.append(answer["id"])
            case "POST /orders/{id}/lines":
                order = next(order for order in self.orders if str(order) == sent.path.split("/")[2])
                self.lines.append((order, answer["no"]))
            case "POST /returns":
                self.tickets.append(answer["no"])

    @property
    def _later(self) -> tuple[Callable[[], Sent], ...]:
        returns = (self._delete, self._return) if self.lines else ()
        return (*returns, self._track) if self.tickets else returns

    def _list(self) -> Sent:
        query = {"buyer": self.buyer}
        return Sent(method="GET", path="/orders", query=query, ids={"query/buyer": "buyer"}, route="GET /orders")

    def _get(self) -> Sent:
        order = self.rng.choice(self.orders)
        return Sent(method="GET", path=f"/orders/{order}", ids={"path/2": "order"}, route="GET /orders/{id}")

    def _line(self) -> Sent:
        order = self.rng.choice(self.orders)
        body = {"sku": self.rng.randrange(1, _SKUS), "quantity": self.rng.randrange(1, _QUANTITIES)}
        path = f"/orders/{order}/lines"
        return Sent(method="POST", path=path, body=body, ids={"path/2": "order"}, route="POST /orders/{id}/lines")

    def _delete(self) -> Sent:
        order, line = self.lines.pop(self.rng.randrange(len(self.lines)))
        ids = {"path/2": "order", "path/4": "line"}
        return Sent(
            method="DELETE", path=f"/orders/{order}/lines/{line}", ids=ids, route="DELETE /orders/{id}/lines/{line}"
        )

    def _return(self) -> Sent:
        order, line = self.rng.choice(self.lines)
        body = {"of": order, "from": line, "quantity": self.rng.randrange(1, _QUANTITIES)}
        return Sent(
            method="POST",
            path="/returns",
            body=body,
            ids={"body/of": "order", "body/from": "line"},
            route="POST /returns",
        )

    def _track(self) -> Sent:
        ticket = self.rng.choice(self.tickets)
        query = {"no": ticket, "level": self.rng.randrange(1, _QUANTITIES)}
        return Sent(method="GET", path="/track", query=query, ids={"query/no": "ticket"}, route="GET /track")

    def _catalog(self) -> Sent:
        return Sent(method="GET", path=f"/catalog/{self.rng.randrange(1, _SKUS)}", route="GET /catalog/{sku}")

    def _stock(self) -> Sent:
        return Sent(method="GET", path="/stock", query={"page": self.rng.randrange(1, _PAGES)}, route="GET /stock")


def values_of(path: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """All values of a request, by place."""
    parts = {f"path/{at}": part for at, part in enumerate(path.split("/"))}
    named = {f"query/{name}": value for name, value in query.items()}
    return parts | named | {f"body/{name}": value for name, value in body.items()}


def parsed(target: str, body: bytes) -> tuple[str, dict[str, str], Any]:
    """Path, query and body of a request."""
    path, _, query = target.partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&")) if query else {}
    return path, pairs, json.loads(body) if body else {}
