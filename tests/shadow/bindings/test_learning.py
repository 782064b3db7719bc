"""Numbers in sequence are learnt without a mistake, among quantities and products of the same numbers.

A shop of four kinds of ids, each of which begins at another number on the candidate and has gaps there, 200 people with
30 calls each, all at once. What a request carries at each place is known here, so each is right, wrong or missed.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from crossfade.shadow.bindings.bindings import Bindings, Side

KINDS = ("user", "cart", "order", "payment")
PEOPLE, CALLS = 200, 30


@dataclass(slots=True)
class Sides:
    """What the candidate calls each of legacy's ids."""

    rng: random.Random
    ids: dict[str, dict[int, int]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    _legacy: dict[str, Any] = field(default_factory=lambda: {kind: count(1) for kind in KINDS})
    _candidate: Counter[str] = field(default_factory=Counter)

    def make(self, kind: str, *, lost: bool) -> int:
        """A new id; legacy's. The candidate has none where it did not get the write."""
        key = int(next(self._legacy[kind]))
        if not lost:
            self._candidate[kind] += self.rng.randint(1, 3)
            self.ids[kind][key] = self._candidate[kind]
        return key


class Traffic:
    """Calls at both sides, counted by how their requests were rendered."""

    def __init__(self, records: Any, seed: int, lost_share: float) -> None:
        self.counts: Counter[str] = Counter()
        self._bindings = Bindings(contract=None, shared=False)
        self._records = records
        self._rng = random.Random(seed)
        self._sides = Sides(self._rng)
        self._lost_share = lost_share

    def send(self, method: str, path: str, body: dict[str, Any], keys: dict[str, int], new: str = "") -> int | None:
        """One call with ids in its path and at names such as ``cart_id``; legacy's id of what it made."""
        theirs = {kind: self._sides.ids[kind].get(key) for kind, key in keys.items()}
        request, wanted = (self._request(method, path, body, side) for side in (keys, theirs))
        rendered = self._bindings.render(request, Side.CANDIDATE).request
        self.counts[self._verdict(request, None if None in theirs.values() else wanted, rendered)] += 1
        lost = rendered is None or self._rng.random() < self._lost_share
        made = {"id": self._sides.make(new, lost=lost)} if new else {}
        if lost:
            self._bindings.learn_unmirrored(request, self._records.answer(made))
            return made.get("id")
        answers = []
        for side in (keys, theirs):
            named = {f"{kind}_id": key for kind, key in side.items()}
            answers.append({**named, **{name: value for name, value in body.items() if not name.endswith("_id")}})
        if new:
            answers[0]["id"], answers[1]["id"] = made["id"], self._sides.ids[new][made["id"]]
        comparison = self._records.comparison(request, *map(self._records.answer, answers), route=f"{method} {path}")
        self._bindings.resolve(comparison, write=method == "POST")
        return made.get("id")

    def _request(self, method: str, path: str, body: dict[str, Any], keys: Mapping[str, int | None]) -> Any:
        values = {
            name: keys[name.removesuffix("_id")] if name.endswith("_id") else value for name, value in body.items()
        }
        return self._records.request(method, path.format(**keys), values or None)

    def _verdict(self, request: Any, wanted: Any, rendered: Any) -> str:
        if rendered is None:
            return "refused" if wanted is None else "refused for nothing"
        if wanted is None:
            return "guessed"
        if (rendered.target, rendered.body) == (wanted.target, wanted.body):
            return "right"
        return "missed" if rendered is request else "wrong"

    def person(self, user: int) -> None:
        """What one person does."""
        rng = self._rng
        mine: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for _ in range(CALLS):
            self._step(user, mine, rng.random(), {"product": rng.randint(1, 50), "quantity": rng.randint(1, 9)})

    def _step(self, user: int, mine: dict[str, list[int]], chance: float, what: dict[str, int]) -> None:
        def any_of(kind: str) -> int:
            return self._rng.choice(mine[kind])

        if chance < 0.2 or not mine["cart"]:
            self._add(mine, "cart", self.send("POST", "/carts", {"user_id": 0, **what}, {"user": user}, "cart"))
        elif chance < 0.5:
            self.send("POST", "/carts/{cart}/lines", what, {"cart": any_of("cart")})
        elif chance < 0.6 or not mine["order"]:
            self._add(mine, "order", self.send("POST", "/orders", {"cart_id": 0}, {"cart": any_of("cart")}, "order"))
        elif chance < 0.7:
            keys = {"order": any_of("order"), "user": user}
            body = {"order_id": 0, "user_id": 0, "amount": what["quantity"]}
            self._add(mine, "payment", self.send("POST", "/payments", body, keys, "payment"))
        elif chance < 0.85:
            self.send("GET", "/orders/{order}?limit=5&page=2", {}, {"order": any_of("order")})
        else:
            self.send("GET", "/users/{user}/orders?quantity=3", {}, {"user": user})

    def _add(self, mine: dict[str, list[int]], kind: str, key: int | None) -> None:
        if key is not None:
            mine[kind].append(key)

    def run(self) -> Counter[str]:
        """All people, one after the other."""
        for _ in range(PEOPLE):
            user = self.send("POST", "/users", {"quantity": self._rng.randint(1, 9)}, {}, "user")
            assert user is not None
            self.person(user)
        return self.counts


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_number_is_taken_for_another(records: Any, seed: int) -> None:
    """Each request gets the candidate's own ids, and keeps its quantities and products."""
    assert Traffic(records, seed, 0.0).run() == {"right": PEOPLE * (CALLS + 1)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_writes_that_the_candidate_did_not_get(records: Any, seed: int) -> None:
    """What carries an id of theirs is refused, nothing is guessed, and all else goes on."""
    found = Traffic(records, seed, 0.1).run()
    assert found["wrong"] == found["missed"] == found["guessed"] == 0
    assert found["refused"] > 0
    assert found["refused for nothing"] <= 0.01 * found.total()
