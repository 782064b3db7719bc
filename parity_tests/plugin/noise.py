"""Where legacy differs from itself: what a candidate is not to be blamed for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.played import Played
from crossfade.parity_tests.replay.stamps import without_live_stamps
from crossfade.shadow.exchange import Comparison, Reply
from crossfade.shadow.exchange.difference import MORE, Fingerprint, Kind, Signature
from crossfade.shadow.exchange.observations import Judged

Key = tuple[str, str]
"""A template and a kind."""

LOOKS = 4
"""So often a read that differs is sent again. Of two elements in chance order 1 in 32 would pass for steady."""
LOOKS_AT_PLACE = 12
"""So often at one place of a route: where legacy was always the same until then, it is steady."""


class Noise:
    """The places at which legacy was seen to differ from its second instance, or from its own answer before.

    Times that each side stamped while it answered are no difference, and so they are no noise either: a candidate's
    time that is hours off is found where those of the two instances of legacy are seconds apart.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._seen: defaultdict[str, set[Key]] = defaultdict(set)
        self._looks: Counter[tuple[str, Key]] = Counter()

    async def left(self, played: Played, handles: Handles) -> Signature:
        """The candidate's differences without those at noisy places.

        A read that differs at a place of which too little is known is sent again, to all sides.
        """
        found = self._found(played)
        left = self._without_seen(played.call, found)
        for _ in range(LOOKS):
            if played.call.write or not self._is_worth(played.call, left):
                break
            await self._look(played, left, handles)
            left = self._without_seen(played.call, found)
        return left

    def _found(self, played: Played) -> Signature:
        """The candidate's differences that are no stamps; notes where legacy differs from its second instance."""
        observation, comparison = played.observation, played.comparison
        noisy = (*(observation.noise or ()), *observation.excused) if isinstance(observation, Judged) else ()
        if comparison is None or not isinstance(observation, Judged) or not (played.signature or noisy):
            return played.signature
        steady: Signature = ()
        if noisy and comparison.secondary is not None:
            theirs = self._places(played.call, comparison, comparison.secondary)
            steady = tuple(item for item in observation.excused if _key(item) not in theirs)
            noisy = tuple(item for item in noisy if _key(item) in theirs)
        self._add(played.call, map(_key, noisy))
        found = tuple(sorted({*played.signature, *steady}))
        ours = self._places(played.call, comparison, comparison.candidate) if found else frozenset()
        return tuple(item for item in found if _key(item) in ours or (ours and item == MORE))

    def _places(self, call: Call, comparison: Comparison, other: Reply) -> frozenset[Key]:
        """Where an answer differs from legacy's, but for stamps."""
        two = replace(comparison, candidate=other, secondary=None, again=None)
        return self._pair.judge.differs(without_live_stamps(two, self._pair.contract), call.route)

    def _without_seen(self, call: Call, found: Signature) -> Signature:
        seen = self._seen[call.route.key]
        return tuple(item for item in found if _key(item) not in seen)

    def _is_worth(self, call: Call, left: Signature) -> bool:
        keys = {_key(item) for item in left if item.kind != Kind.FAILED}
        return any(self._looks[call.route.key, key] < LOOKS_AT_PLACE for key in keys)

    async def _look(self, played: Played, left: Signature, handles: Handles) -> None:
        for item in left:
            self._looks[played.call.route.key, _key(item)] += 1
        again = await self._pair.play(played.call, handles)
        self._found(again)
        if played.comparison is None or again.comparison is None:
            return
        differs = self._places(played.call, played.comparison, again.comparison.legacy)
        self._add(played.call, differs - _steady(again))

    def _add(self, call: Call, keys: Iterable[Key]) -> None:
        self._seen[call.route.key].update(key for key in keys if key[1] != Kind.FAILED)


def _steady(again: Played) -> frozenset[Key]:
    """Where the candidate differs again though legacy's second instance is with legacy, which moves by being read."""
    if again.comparison is None or again.comparison.secondary is None:
        return frozenset()
    return frozenset(_key(item) for item in again.signature)


def _key(item: Fingerprint) -> Key:
    return item.template, item.kind
