"""A made-up route: fields that differ from one answer of legacy to the next, and what a candidate has wrong. Seeded.

An answer is a map of place -> token: a place that is not in it has the value that the request always gets, and equal
tokens at a place are equal values. So two answers are compared without making them, or made and compared by a real
judge (``looks``).
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

Tokens = dict[int, int]
_OFTEN = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """The candidate is wrong at ``place`` in a share ``rate`` of requests.

    ``steady``: a request always gets the wrong value, or never; else each answer is wrong by chance.
    """

    place: int
    rate: float
    steady: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``places`` fields, at each of which two answers of legacy to one request differ with probability ``noise``.

    ``by_request``: the requests in which a field changes are fixed, and there it is another in each answer; else each
    answer has an odd value by chance, whatever the request is. ``events``: the numbers of requests in which the
    secondary alone has another value at the bug's place.
    """

    places: int
    noise: float
    by_request: bool = False
    bug: Bug | None = None
    events: frozenset[int] = frozenset()

    @property
    def odd(self) -> float:
        """How often an answer has an odd value at a place, so that two of them differ there at the rate ``noise``."""
        return 1 - math.sqrt(1 - self.noise)


class Asked:
    """One request to all sides: each call gives one more answer of a side."""

    def __init__(self, world: World, number: int, rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._moving = tuple(chosen(rng, world.places, world.noise)) if world.by_request else ()
        bug = world.bug
        self._wrong = rng.getrandbits(48) if bug is not None and bug.steady and rng.random() < bug.rate else 0
        self._event = number in world.events

    def legacy(self) -> Tokens:
        """An answer of the legacy code."""
        rng, world = self._rng, self._world
        places = self._moving if world.by_request else chosen(rng, world.places, world.odd)
        return {place: rng.getrandbits(48) | 1 for place in places}

    def candidate(self) -> Tokens:
        """An answer of the candidate: legacy's, but for the bug."""
        tokens, bug, rng = self.legacy(), self._world.bug, self._rng
        if bug is not None:
            wrong = self._wrong if bug.steady else rng.getrandbits(48) if rng.random() < bug.rate else 0
            if wrong:
                tokens[bug.place] = wrong & ~1
        return tokens

    def secondary(self) -> Tokens:
        """An answer of legacy's second instance."""
        tokens = self.legacy()
        if self._event and self._world.bug is not None:
            tokens[self._world.bug.place] = self._rng.getrandbits(48) | 1
            self._event = False
        return tokens


def chosen(rng: random.Random, size: int, rate: float) -> Iterator[int]:
    """The numbers below ``size``, each with probability ``rate``."""
    if rate >= _OFTEN:
        yield from (at for at in range(size) if rng.random() < rate)
    elif rate > 0:
        scale, at = math.log1p(-rate), -1
        while (at := at + 1 + int(math.log(1 - rng.random()) / scale)) < size:
            yield at


def differing(one: Tokens, other: Tokens) -> set[int]:
    """The places at which two answers differ."""
    return {place for place in one.keys() | other.keys() if one.get(place) != other.get(place)}
