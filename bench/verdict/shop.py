"""A shop that keeps orders: each instance mints its own ids, tokens, page tokens and ETags. Pure but for the clock.

What a candidate may have wrong is in ``FAULTS``; an instance with ``fault`` None is right.
"""

import base64
import copy
import datetime
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FAULTS: Mapping[str, str] = {
    "another_customer": "every third order that is read is another customer's",
    "lost_update": "an update is answered, and not kept",
    "wrong_total": "the total of an order with three items or more lacks the last one",
    "missing_note": "lists leave out the note",
    "other_missing_status": "what does not exist is a bad request",
    "newest_first": "lists begin with the newest order",
    "page_gap": "the second page begins one order late",
    "etag_ignored": "an update with an old ETag is taken",
    "etag_kept": "the ETag stays the same after an update",
    "open_to_all": "an order of somebody else can be read",
    "deleted_stays": "a deleted order can still be read",
    "id_reused": "every third order that is created gets the id of the customer's order before it",
    "name_of_another": "every fourth customer who asks who they are gets another one's name",
    "status_word": "the status is written in upper case",
}
"""What a candidate may have wrong, by its name."""

_TOKEN_S = 3600
_SECRET_BYTES = 16
_THIRD, _FOURTH = 3, 4


class RefusedError(Exception):
    """The shop does not do it; ``status`` is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(slots=True, kw_only=True)
class Stored:
    """All that a shop keeps."""

    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)


class Shop:
    """One instance; ``seed`` is what makes its ids and keys its own."""

    def __init__(self, seed: str, *, fault: str | None = None, stored: Stored | None = None) -> None:
        self._rng = random.Random(seed)
        self._key = self._rng.randbytes(_SECRET_BYTES)
        self._next_customer = self._rng.randrange(1000, 9000)
        self._fault = fault
        self._lock = threading.Lock()
        self._reads = self._creations = self._asked = 0
        self.stored = stored or Stored()

    def copy_stored(self) -> Stored:
        """What it keeps at this moment, for another instance to start from."""
        with self._lock:
            return copy.deepcopy(self.stored)

    def register(self, name: str, mail: str, secret: str) -> dict[str, Any]:
        """A new customer. Raises: RefusedError."""
        with self._lock:
            if mail in self.stored.secrets:
                raise RefusedError(409, "this address is registered")
            self._next_customer += 1
            customer = {"id": self._next_customer, "name": name, "mail": mail, "created_at": _now()}
            self.stored.customers[customer["id"]] = customer
            self.stored.secrets[mail] = secret
            return dict(customer)

    def login(self, mail: str, secret: str) -> dict[str, Any]:
        """A token that the shop takes for an hour. Raises: RefusedError."""
        with self._lock:
            if self.stored.secrets.get(mail) != secret:
                raise RefusedError(401, "unknown address or secret")
            owner = next(each for each in self.stored.customers.values() if each["mail"] == mail)
            return {"access_token": self._signed(owner["id"]), "token_type": "Bearer", "expires_in": _TOKEN_S}

    def me(self, token: str) -> dict[str, Any]:
        """Who the token is for. Raises: RefusedError."""
        with self._lock:
            customer = dict(self.stored.customers[self._owner(token)])
            self._asked += 1
            if self._fault == "name_of_another" and self._asked % _FOURTH == 0:
                customer["name"] = next(iter(self.stored.customers.values()))["name"][::-1]
            return customer

    def create(self, token: str, items: list[dict[str, Any]], note: str) -> dict[str, Any]:
        """A new order. Raises: RefusedError."""
        with self._lock:
            owner = self._owner(token)
            self._creations += 1
            own = self._own(owner)
            order_id = f"ord_{self._rng.getrandbits(64):016x}"
            if self._fault == "id_reused" and own and self._creations % _THIRD == 0:
                order_id = own[-1]["id"]
            now = _now()
            order = {"id": order_id, "customer_id": owner, "status": "open", "items": items, "note": note}
            self.stored.orders[order_id] = order | {"created_at": now, "updated_at": now, "version": 1}
            return self._shown(self.stored.orders[order_id])

    def page(self, token: str, page_size: int, page_token: str) -> dict[str, Any]:
        """The customer's orders, the oldest first, and a token for the next page. Raises: RefusedError."""
        with self._lock:
            own = self._own(self._owner(token))
            if self._fault == "newest_first":
                own = own[::-1]
            begin = self._begin(own, page_token)
            page = own[begin : begin + page_size]
            shown = [self._shown(order) for order in page]
            if self._fault == "missing_note":
                for order in shown:
                    del order["note"]
            more = begin + page_size < len(own)
            return {"orders": shown, "next_page_token": _page_token(page[-1]["id"]) if more and page else ""}

    def get(self, token: str, order_id: str) -> dict[str, Any]:
        """One order. Raises: RefusedError."""
        with self._lock:
            owner = self._owner(token)
            self._reads += 1
            order = self._order(owner, order_id, reading=True)
            others = [each for each in self.stored.orders.values() if each["customer_id"] != owner]
            if self._fault == "another_customer" and others and self._reads % _THIRD == 0:
                order = others[self._reads % len(others)]
            return self._shown(order)

    def update(self, token: str, order_id: str, etag: str, items: list[dict[str, Any]], note: str) -> dict[str, Any]:
        """Replaces items and note of the order that has this ETag. Raises: RefusedError."""
        with self._lock:
            order = self._order(self._owner(token), order_id)
            if etag != self._etag(order) and self._fault not in {"etag_ignored", "etag_kept"}:
                raise RefusedError(412, "the order has changed")
            changed = order | {"items": items, "note": note, "updated_at": _now(), "version": order["version"] + 1}
            if self._fault != "lost_update":
                self.stored.orders[order_id] = changed
            return self._shown(changed)

    def delete(self, token: str, order_id: str) -> None:
        """Raises: RefusedError."""
        with self._lock:
            self._order(self._owner(token), order_id)
            if self._fault != "deleted_stays":
                del self.stored.orders[order_id]

    def _own(self, owner: int) -> list[dict[str, Any]]:
        return [order for order in self.stored.orders.values() if order["customer_id"] == owner]

    def _begin(self, own: list[dict[str, Any]], page_token: str) -> int:
        if not page_token:
            return 0
        after = _read_page_token(page_token)
        for at, order in enumerate(own):
            if order["id"] == after:
                return at + (2 if self._fault == "page_gap" else 1)
        raise RefusedError(400, "unknown page token")

    def _order(self, owner: int, order_id: str, *, reading: bool = False) -> dict[str, Any]:
        order = self.stored.orders.get(order_id)
        if order is None:
            raise RefusedError(400 if self._fault == "other_missing_status" else 404, "no such order")
        if order["customer_id"] != owner and not (reading and self._fault == "open_to_all"):
            raise RefusedError(403, "not your order")
        return order

    def _shown(self, order: Mapping[str, Any]) -> dict[str, Any]:
        counted = order["items"]
        if self._fault == "wrong_total" and len(counted) >= _THIRD:
            counted = counted[:-1]
        shown = {key: value for key, value in order.items() if key != "version"}
        shown["total"] = sum(item["quantity"] * item["unit_price"] for item in counted)
        shown["etag"] = self._etag(order)
        if self._fault == "status_word":
            shown["status"] = shown["status"].upper()
        return shown

    def _etag(self, order: Mapping[str, Any]) -> str:
        version = 1 if self._fault == "etag_kept" else order["version"]
        return hmac.digest(self._key, f"{order['id']} {version}".encode(), "sha256").hex()[:20]

    def _signed(self, owner: int) -> str:
        now = int(time.time())
        claims = {"sub": str(owner), "iat": now, "exp": now + _TOKEN_S, "jti": f"{self._rng.getrandbits(64):016x}"}
        head = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return f"{head}.{_base64(hmac.digest(self._key, head.encode(), 'sha256'))}"

    def _owner(self, token: str) -> int:
        head, _, mark = token.rpartition(".")
        if not head or mark != _base64(hmac.digest(self._key, head.encode(), "sha256")):
            raise RefusedError(401, "unknown token")
        owner = int(json.loads(_unbase64(head.partition(".")[2]))["sub"])
        if owner not in self.stored.customers:
            raise RefusedError(401, "unknown customer")
        return owner


def customer_secret(mail: str) -> str:
    """What a customer logs in with."""
    return hashlib.sha256(mail.encode()).hexdigest()[:12]


def _page_token(order_id: str) -> str:
    return _base64(json.dumps({"after": order_id}).encode())


def _read_page_token(text: str) -> str:
    try:
        return str(json.loads(_unbase64(text))["after"])
    except (ValueError, KeyError) as error:
        raise RefusedError(400, "unreadable page token") from error


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
