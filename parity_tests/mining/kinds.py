"""Places of answers that hold ids of one kind: they show the same thing in both runs and at the candidate. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

from crossfade.parity_tests.mining.traces import Produced, Trace
from crossfade.shadow.bindings.edges import Place, place_text
from crossfade.shadow.bindings.shapes import is_token

_SHARE = 0.5
"""Of what the rarer of two places shows, so much must be shown by the other one in the same sessions."""
_FEW = 3
"""So many numbers must two places share: fewer may be the same by chance."""
_MAX_TOGETHER = 40

_Thing = tuple[str, str, str | None]


def kinds_of(traces: Iterable[Trace]) -> Mapping[Place, Place]:
    """For each place of answers at which ids may stand the first one, by its text, of those with the same ids."""
    alone: Counter[Place] = Counter()
    shared: Counter[tuple[Place, Place]] = Counter()
    sure: set[tuple[Place, Place]] = set()
    for trace in traces:
        for thing, places in _things(trace).items():
            ordered = sorted(places, key=place_text)[:_MAX_TOGETHER]
            alone.update(ordered)
            for pair in combinations(ordered, 2):
                shared[pair] += 1
                if is_token(thing[0]):
                    sure.add(pair)
    groups = _Groups(alone)
    for (one, two), count in shared.items():
        is_enough = count >= _FEW or (one, two) in sure
        if is_enough and count >= _SHARE * min(alone[one], alone[two]):
            groups.join(one, two)
    return {place: groups.first(place) for place in alone}


def _things(trace: Trace) -> dict[_Thing, set[Place]]:
    """What the sides call each thing of a session, and where it stands."""
    found: dict[_Thing, set[Place]] = {}
    for event in trace.events:
        if isinstance(event, Produced):
            found.setdefault((event.text, event.again, event.candidate), set()).add(event.place)
    return found


class _Groups:
    """Places that were joined, by the first of them."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._first = {place: place for place in places}

    def first(self, place: Place) -> Place:
        while self._first[place] != place:
            self._first[place] = self._first[self._first[place]]
            place = self._first[place]
        return place

    def join(self, one: Place, two: Place) -> None:
        one, two = sorted((self.first(one), self.first(two)), key=place_text)
        self._first[two] = one
