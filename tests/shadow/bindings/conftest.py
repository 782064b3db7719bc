"""A shop that mints ids, tokens and ETags of its own, three of them at once, and the client of the first."""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request, header_values
from crossfade.shadow.judging.judgement import judge

JSON = (("Content-Type", "application/json"),)
SAFE = frozenset({"GET", "HEAD"})
_IDS = count()


def request_of(method: str, target: str, body: object = None, headers: Headers = ()) -> Request:
    """An HTTP request with a JSON body, or none."""
    data = b"" if body is None else json.dumps(body).encode()
    typed = (*JSON, ("Content-Length", str(len(data)))) if data else ()
    return Request(
        id=str(next(_IDS)),
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="shop",
        target=target,
        headers=(*headers, *typed),
        body=data,
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def answer_of(body: object = None, status: int = 200, headers: Headers = ()) -> Answer:
    """An HTTP answer with a JSON body, or none."""
    data = b"" if body is None else json.dumps(body).encode()
    typed = (*JSON, ("Content-Length", str(len(data)))) if data else ()
    return Answer(status=status, headers=(*headers, *typed), body=data, truncated=False, trailers=(), latency_ms=1.0)


def comparison_of(
    request: Request, legacy: Reply, candidate: Reply, secondary: Reply | None = None, route: str = ""
) -> Comparison:
    """A comparison of whole answers; of one route for each method and collection where none is named."""
    name = route or f"{request.method} {'/'.join(request.target.partition('?')[0].split('/')[:2])}"
    return Comparison(request=request, route=name, legacy=legacy, candidate=candidate, secondary=secondary)


@dataclass(slots=True)
class Shop:
    """One instance. ``new_id`` mints ids; tokens, ETags and the order of lists are its own, too."""

    seed: int
    new_id: Callable[[random.Random], object]
    bugs: frozenset[str] = frozenset()
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def answer(self, request: Request) -> Answer:
        """What it says to a request."""
        path, _, query = request.target.partition("?")
        parts = path.strip("/").split("/")
        body = json.loads(request.body) if request.body else {}
        if parts[0] in {"register", "login"}:
            return self._enter(body["name"], created=parts[0] == "register")
        user = self._user(request)
        if user is None:
            return answer_of({"error": "who are you?"}, 401)
        if parts[0] == "me":
            return answer_of({"user_id": user, "name": self.users[user]})
        if len(parts) == 1:
            return self._create(user, body) if request.method == "POST" else self._list(user, dict(parse_qsl(query)))
        return self._one(request, parts[1], user, body)

    def _enter(self, name: str, *, created: bool) -> Answer:
        known = next((user for user, other in self.users.items() if other == name), None)
        user = known or str(self.new_id(self.rng))
        self.users[user] = name
        claims = json.dumps({"sub": user, "iat": self.rng.randrange(10**9), "name": name}).encode()
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"x"}', claims))
        token += "." + hashlib.sha256(claims + str(self.seed).encode()).hexdigest()
        return answer_of({"user_id": user, "access_token": token}, 201 if created else 200)

    def _user(self, request: Request) -> str | None:
        (value,) = header_values(request.headers, "authorization") or ("",)
        part = value.removeprefix("Bearer ").split(".")
        if len(part) != 3 or part[2] != self._signature(part[1]):
            return None
        user = str(json.loads(base64.urlsafe_b64decode(part[1] + "=="))["sub"])
        return user if user in self.users else None

    def _signature(self, claims: str) -> str:
        return hashlib.sha256(base64.urlsafe_b64decode(claims + "==") + str(self.seed).encode()).hexdigest()

    def _create(self, user: str, body: dict[str, Any]) -> Answer:
        key = self.new_id(self.rng)
        if "one id for all" in self.bugs:
            key = next((order["id"] for order in self.orders.values()), key)
        order = {"id": key, "user_id": user, "item": body["item"], "quantity": body["quantity"], "version": 1}
        self.orders[str(key)] = order
        return answer_of(order, 201, (("Location", f"/orders/{key}"), ("ETag", self._etag(order))))

    def _etag(self, order: dict[str, Any]) -> str:
        text = f"{order['id']} {order['version']} {self.seed}"
        return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'

    def _list(self, user: str, query: dict[str, str]) -> Answer:
        mine = [order for order in self.orders.values() if order["user_id"] == user]
        if "lists of all" in self.bugs:
            mine = list(self.orders.values())
        start = int(base64.b64decode(query["page_token"]).split(b":")[1]) if "page_token" in query else 0
        page = mine[start : start + 2]
        token = base64.b64encode(f"{self.seed}:{start + 2}".encode()).decode() if len(mine) > start + 2 else ""
        self.rng.shuffle(page)
        return answer_of({"orders": page, "next_page_token": token})

    def _one(self, request: Request, key: str, user: str, body: dict[str, Any]) -> Answer:
        order = self.orders.get(key)
        if order is None or order["user_id"] != user:
            return answer_of({"error": "no such order"}, 404)
        if request.method == "GET" and "another's record" in self.bugs:
            order = next(iter(self.orders.values()))
        if request.method == "DELETE":
            del self.orders[key]
            return answer_of(None, 204)
        if request.method == "PUT":
            if header_values(request.headers, "if-match") != (self._etag(order),):
                return answer_of({"error": "changed meanwhile"}, 412)
            order |= {"quantity": body["quantity"], "version": order["version"] + ("lost update" not in self.bugs)}
        return answer_of(order, 200, (("ETag", self._etag(order)),))


@dataclass(slots=True)
class World:
    """Three shops, and what became of each request of the client's."""

    bindings: Bindings
    legacy: Shop
    candidate: Shop
    secondary: Shop | None = None
    ends: list[str] = field(default_factory=list)

    def call(self, method: str, target: str, body: object = None, headers: Headers = ()) -> Answer:
        """Legacy's answer; ``ends`` gets "same", why it was skipped, or where the candidate's differs."""
        request = request_of(method, target, body, headers)
        legacy = self.legacy.answer(request)
        rendered = self.bindings.render(request, Side.CANDIDATE)
        if rendered.request is None:
            self.ends.append(str(rendered.refused))
            return legacy
        secondary = None
        if self.secondary is not None and (its := self.bindings.render(request, Side.SECONDARY)).request is not None:
            secondary = self.secondary.answer(its.request)
        comparison = comparison_of(request, legacy, self.candidate.answer(rendered.request), secondary)
        resolved = self.bindings.resolve(comparison, write=method not in SAFE)
        found = sorted({item.template for item in judge(resolved, contract=None).differences if item.kind != "order"})
        self.ends.append(" ".join(found) or "same")
        return legacy

    def session(self, name: str, orders: int = 5) -> None:
        """A person registers, logs in, orders, looks, changes and deletes."""
        self.call("POST", "/register", {"name": name})
        token = json.loads(self.call("POST", "/login", {"name": name}).body)["access_token"]
        who = (("Authorization", f"Bearer {token}"),)
        self.call("GET", "/me", headers=who)
        keys = []
        for at in range(orders):
            made = self.call("POST", "/orders", {"item": f"item {at} of {name}", "quantity": at + 1}, who)
            keys.append(json.loads(made.body)["id"])
        page = json.loads(self.call("GET", "/orders", headers=who).body)
        while page["next_page_token"]:
            page = json.loads(self.call("GET", f"/orders?page_token={page['next_page_token']}", headers=who).body)
        for key in keys:
            seen = self.call("GET", f"/orders/{key}", headers=who)
            change = (*who, ("If-Match", header_values(seen.headers, "etag")[0]))
            self.call("PUT", f"/orders/{key}", {"quantity": 9}, change)
        self.call("DELETE", f"/orders/{keys[0]}", headers=who)
        self.call("GET", f"/orders/{keys[0]}", headers=who)


def uuids(rng: random.Random) -> object:
    """A random id."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def numbers(start: int) -> Callable[[random.Random], object]:
    """Ids in sequence."""
    following: Iterator[int] = count(start)
    return lambda _: next(following)


@pytest.fixture
def bindings() -> Bindings:
    """Of sides with stores of their own."""
    return Bindings(contract=None, shared=False)


@dataclass(frozen=True, slots=True)
class Client:
    """One client of a service that makes and gives things at ``/a``."""

    bindings: Bindings

    def made(self, legacy: object, candidate: object, secondary: object = None) -> Any:
        """The candidate's id in the answer to a write, mapped."""
        sides = [None if side is None else answer_of({"id": side}, 201) for side in (legacy, candidate, secondary)]
        return self._candidates(request_of("POST", "/a"), sides, write=True)

    def read(self, key: object, candidate: object, secondary: object = None) -> Any:
        """The candidate's id in the answer to a read of ``key``, mapped."""
        sides = [None if side is None else answer_of({"id": side}) for side in (key, candidate, secondary)]
        return self._candidates(request_of("GET", f"/a/{key}"), sides, write=False)

    def _candidates(self, request: Request, sides: list[Answer | None], *, write: bool) -> Any:
        legacy, candidate, secondary = sides
        assert legacy is not None
        assert candidate is not None
        resolved = self.bindings.resolve(comparison_of(request, legacy, candidate, secondary), write=write)
        assert isinstance(resolved.candidate, Answer)
        return json.loads(resolved.candidate.body)["id"]


@pytest.fixture
def client(bindings: Bindings) -> Client:
    """Whose answers the bindings learn from."""
    return Client(bindings)


@pytest.fixture(scope="session")
def records() -> SimpleNamespace:
    """Makes a request, an answer and a comparison."""
    return SimpleNamespace(request=request_of, answer=answer_of, comparison=comparison_of)


@pytest.fixture
def world(bindings: Bindings) -> Callable[..., World]:
    """Makes three shops, the secondary where it is asked for, and the candidate with bugs."""

    def make(*bugs: str, short: bool = False, secondary: bool = False) -> World:
        ids = [numbers(start) if short else uuids for start in (1, 4, 9)]
        legacy, candidate, twin = (Shop(seed=at + 1, new_id=ids[at]) for at in range(3))
        candidate = replace(candidate, bugs=frozenset(bugs))
        return World(bindings=bindings, legacy=legacy, candidate=candidate, secondary=twin if secondary else None)

    return make
