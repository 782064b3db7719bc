"""Made-up sessions of an order service, and faults of a port that they would show.

Faults are defined over the values that were drawn, not over the features that a corpus is measured by.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Answer, Request
from crossfade.shadow.exchange.records import Protocol
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

Value = object
Fields = dict[str, Any]
Holds = Callable[[Fields], bool]

_FALL = 2.7
"""How fast the share of a value falls with its rank among those of its field: as rank ** -2.7."""
_HALF, _LONG, _FEW, _REST, _CHARS = 0.5, 255, 2, 3, 7
_GONE = object()
_CUSTOMERS = ("name", "currency", "method", "gift", "address")
"""Fields that stay the same within a session: they belong to who sends it."""
_METHODS = ("standard", "express", "pickup", "bulk")
_CURRENCIES = ("EUR", "USD", "JPY", "CHF", "GBP", "SEK")


@dataclass(frozen=True)
class Fault:
    """Shows on a route where all of these hold for the fields of its request."""

    route: str
    holds: tuple[Holds, ...]

    def shows_in(self, call: Call, fields: Fields) -> bool:
        """Whether a call shows it."""
        return call.route.route == self.route and all(one(fields) for one in self.holds)


def _fields(rng: random.Random) -> dict[str, tuple[Value, ...]]:
    """What may stand in each field, the commonest first."""
    return {
        "quantity": (rng.randint(2, 90), 1, 0, -rng.randint(2, 40), 2**31 + rng.randint(1, 10**6)),
        "price": (round(rng.uniform(2, 900), 2) + 0.01, rng.randint(2, 90) + 0.5, 0, -12.75, 2**54 + 2.0),
        "note": (f"note no {rng.randint(1, 10**6)}", "", f"Grüße {rng.randint(1, 99)}", _GONE, "long " * 80, "🎁 gift"),
        "name": (f"Ann {rng.randint(1, 10**4)}", f"Zoë {rng.randint(1, 99)}", "", "😀 B"),
        "method": _METHODS,
        "currency": _CURRENCIES,
        "tags": (["t 1"], [], ["t 1"] * 2, ["t 1"] * 7, _GONE),
        "gift": (False, True),
        "due": ("2026-03-04T05:06:07Z", _GONE, None, "2026-03-04T05:06:07+02:00", "2026-03-04"),
        "weight": (rng.randint(2, 5000), _GONE, 0, 2**53 + 3),
        "address": (
            {"city": f"City {rng.randint(1, 500)}", "zip": "80331"},
            {"city": "Zürich", "zip": "SW1A 2AA"},
            _GONE,
            {"city": "", "zip": "80331"},
            {"city": "Zürich", "zip": ""},
        ),
        "ref": (str(rng.randint(10**6, 10**7)), "", str(2**60)),
    }


def draw_fields(rng: random.Random) -> Fields:
    """Twelve fields; what is odd in them is rare, as in traffic."""
    fields = {}
    for name, values in _fields(rng).items():
        weights = [(rank + 1) ** -_FALL for rank in range(len(values))]
        (fields[name],) = rng.choices(values, weights)
    return {name: value for name, value in fields.items() if value is not _GONE}


SINGLE: dict[str, tuple[Holds, ...]] = {
    "quantity": (
        lambda f: f["quantity"] == 0,
        lambda f: f["quantity"] < 0,
        lambda f: f["quantity"] > 2**31,
        lambda f: f["quantity"] == 1,
    ),
    "price": (
        lambda f: f["price"] == 0,
        lambda f: f["price"] < 0,
        lambda f: f["price"] % 1 == _HALF,
        lambda f: f["price"] > 2**53,
    ),
    "note": (
        lambda f: f.get("note") == "",
        lambda f: "note" in f and not f["note"].isascii(),
        lambda f: "🎁" in f.get("note", ""),
        lambda f: len(f.get("note", "")) > _LONG,
        lambda f: "note" not in f,
    ),
    "name": (lambda f: not f["name"], lambda f: not f["name"].isascii(), lambda f: "😀" in f["name"]),
    "method": tuple(lambda f, word=word: f["method"] == word for word in _METHODS[1:]),
    "currency": tuple(lambda f, word=word: f["currency"] == word for word in _CURRENCIES[1:]),
    "tags": (lambda f: f.get("tags") == [], lambda f: len(f.get("tags", ())) > _FEW, lambda f: "tags" not in f),
    "gift": (lambda f: f["gift"],),
    "due": (
        lambda f: f.get("due", "").endswith("+02:00") if f.get("due") else False,
        lambda f: "due" in f and f["due"] is None,
        lambda f: "due" not in f,
        lambda f: f.get("due") == "2026-03-04",
    ),
    "weight": (lambda f: f.get("weight") == 0, lambda f: f.get("weight", 0) > 2**53, lambda f: "weight" not in f),
    "address": (
        lambda f: "address" not in f,
        lambda f: f.get("address", {}).get("city") == "",
        lambda f: f.get("address", {}).get("zip") == "",
    ),
    "ref": (lambda f: not f["ref"], lambda f: f["ref"] == str(2**60)),
}
"""By field, what a port may get wrong."""

OUTSIDE: tuple[Holds, ...] = (
    lambda f: f["quantity"] % 7 == _REST,
    lambda f: f["quantity"] in range(70, 75),
    lambda f: len(f["name"]) == _CHARS,
    lambda f: f["name"].endswith("13"),
    lambda f: int(f["ref"] or 0) % 50 == 1,
    lambda f: f.get("weight", 0) in range(4000, 4050),
)
"""What no class of values tells apart: only more traffic finds it."""

ROUTES = ("POST /orders", "PUT /orders/{id}")


def draw_faults(rng: random.Random, singles: int, pairs: int) -> tuple[list[Fault], list[Fault]]:
    """Faults of one field each, and of two fields together."""
    alone = [(field, one) for field, kinds in SINGLE.items() for one in kinds]
    ones = [Fault(rng.choice(ROUTES), (one,)) for _, one in rng.sample(alone, singles)]
    twos = []
    while len(twos) < pairs:
        (field, one), (other, two) = rng.sample(alone, 2)
        if field != other:
            twos.append(Fault(rng.choice(ROUTES), (one, two)))
    return ones, twos


def draw_sessions(rng: random.Random, calls: int, *, independent: bool) -> Iterator[tuple[Session, list[Fields]]]:
    """Sessions with so many calls in all, and the fields of each call's request.

    ``independent``: all fields of all calls are drawn anew; else those of the customer stay.
    """
    number = made = 0
    while made < calls:
        customer = {} if independent else draw_fields(rng)
        steps = ("POST", *rng.choices(("PUT", "PUT", "GET", "LIST"), k=rng.randint(0, 11)))
        session, fields = _session(rng, number, steps[: calls - made], customer)
        yield session, fields
        number, made = number + 1, made + len(session.calls)


def _session(rng: random.Random, number: int, steps: tuple[str, ...], customer: Fields) -> tuple[Session, list[Fields]]:
    order_id = str(10_000 + number)
    calls, fields = [], []
    for index, kind in enumerate(steps):
        drawn = draw_fields(rng) if kind in {"POST", "PUT"} else {}
        if drawn and customer:
            drawn = {name: value for name, value in drawn.items() if name not in _CUSTOMERS}
            drawn |= {name: customer[name] for name in _CUSTOMERS if name in customer}
        calls.append(_call(kind, order_id, drawn, index))
        fields.append(drawn)
    return Session(id=f"s-{number:06}", calls=tuple(calls), source="bench"), fields


def _call(kind: str, order_id: str, fields: Fields, index: int) -> Call:
    method = "GET" if kind == "LIST" else kind
    route = {"POST": "POST /orders", "LIST": "GET /orders"}.get(kind, f"{method} /orders/{{id}}")
    target = "/orders" if kind == "POST" else "/orders?limit=20" if kind == "LIST" else f"/orders/{order_id}"
    json_type = ("content-type", "application/json")
    answer = {"id": order_id, "state": "OPEN", "total": fields.get("quantity", 3)}
    return Call(
        route=RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW, listener="http"),
        request=Request(
            id=f"{order_id}-{index}",
            protocol=Protocol.HTTP,
            method=method,
            scheme="http",
            authority="orders.test",
            target=target,
            headers=(json_type,),
            body=json.dumps(fields, ensure_ascii=False).encode() if fields else b"",
            truncated=False,
            trailers=(),
            started_at=1.0 + index,
        ),
        reply=Answer(
            status=201 if kind == "POST" else 200,
            headers=(json_type,),
            body=json.dumps(answer).encode(),
            truncated=False,
            trailers=(),
            latency_ms=2.0,
        ),
        write=method != "GET",
    )
