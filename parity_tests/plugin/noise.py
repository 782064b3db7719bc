"""Where legacy differs from itself: what a candidate is not to be blamed for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.exchange.difference import Kind, Signature
from crossfade.shadow.exchange.observations import Judged

Key = tuple[str, str]
"""A template and a kind."""

LOOKS = 4
"""So often a read that differs is sent again. Of two elements in chance order 1 in 32 would pass for steady."""
LOOKS_AT_PLACE = 12
"""So often at one place of a route: where legacy was always the same until then, it is steady."""


class Noise:
    """The places at which legacy was seen to differ from its second instance, or from its own answer before."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._seen: defaultdict[str, set[Key]] = defaultdict(set)
        self._looks: Counter[tuple[str, Key]] = Counter()

    async def left(self, played: Played, handles: Handles) -> Signature:
        """The candidate's differences without those at noisy places.

        A read that differs at a place of which too little is known is sent again, to all sides.
        """
        self._note(played)
        left = self._without(played)
        for _ in range(LOOKS):
            if played.call.write or not self._is_worth(played.call, left):
                break
            await self._look(played, left, handles)
            left = self._without(played)
        return left

    def _without(self, played: Played) -> Signature:
        seen = self._seen[played.call.route.key]
        return tuple(item for item in played.signature if (item.template, item.kind) not in seen)

    def _is_worth(self, call: Call, left: Signature) -> bool:
        keys = {(item.template, item.kind) for item in left if item.kind != Kind.FAILED}
        return any(self._looks[call.route.key, key] < LOOKS_AT_PLACE for key in keys)

    async def _look(self, played: Played, left: Signature, handles: Handles) -> None:
        for item in left:
            self._looks[played.call.route.key, (item.template, item.kind)] += 1
        again = await self._pair.play(played.call, handles)
        self._note(again)
        if played.comparison is None or again.comparison is None:
            return
        of_legacy = replace(played.comparison, candidate=again.comparison.legacy, secondary=None, again=None)
        differs = self._pair.judge.differs(of_legacy, played.call.route)
        self._add(played.call, differs - _steady(again))

    def _note(self, played: Played) -> None:
        observation = played.observation
        if isinstance(observation, Judged):
            found = (*(observation.noise or ()), *observation.excused)
            self._add(played.call, ((item.template, item.kind) for item in found))

    def _add(self, call: Call, keys: Iterable[Key]) -> None:
        self._seen[call.route.key].update(key for key in keys if key[1] != Kind.FAILED)


def _steady(again: Played) -> frozenset[Key]:
    """Where the candidate differs again though legacy's second instance is with legacy, which moves by being read."""
    if again.comparison is None or again.comparison.secondary is None:
        return frozenset()
    return frozenset((item.template, item.kind) for item in again.signature)
