"""The pairs of features that each session shows, as numbers. Pure.

Features that always come together are one, and one that every call of a route has makes no pair: neither changes what a
cover covers.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.features.lexicon import Lexicon
from crossfade.parity_tests.features.records import Direction, Feature
from crossfade.parity_tests.features.sessions import session_features

MAX_PAIRED = 64
"""Features of one call that are paired, the rarest; so a call shows at most 2,016 pairs."""
_Calls = tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One session, and the numbers of what each of its calls shows."""

    session_id: str
    calls: tuple[Sequence[int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What all sessions show. ``cut`` calls had more features than are paired."""

    sessions: tuple[Shown, ...]
    features: int
    pairs: int
    cut: int
    lexicon: Lexicon

    def is_pair(self, item: int) -> bool:
        """Whether an item is two features, not one."""
        return item >= len(self.lexicon)

    def named(self, item: int) -> tuple[Feature, ...]:
        """The features of an item: one, or two."""
        first, second = divmod(item, len(self.lexicon))
        return (self.lexicon[second],) if not first else (self.lexicon[first - 1], self.lexicon[second])


def shown_by(sessions: Iterable[Session], contract: Contract | None) -> Showing:
    """What each session shows; they are read once, one after the other."""
    lexicon = Lexicon()
    names = []
    numbered = []
    for session in sessions:
        names.append(session.id)
        numbered.append([lexicon.numbered(features) for features in session_features(session, contract)])
    calls: list[_Calls] = [tuple(map(lexicon.settled, numbers)) for numbers in numbered]
    alike = _Alike(calls, lexicon)
    shown = tuple(
        Shown(session_id=name, calls=alike.items(session)) for name, session in zip(names, calls, strict=True)
    )
    everything = set().union(*(call for item in shown for call in item.calls))
    pairs = sum(1 for item in everything if item >= len(lexicon))
    return Showing(sessions=shown, features=len(everything) - pairs, pairs=pairs, cut=alike.cut, lexicon=lexicon)


class _Alike:
    """Which features stand for which, and how rare they are."""

    def __init__(self, sessions: list[_Calls], lexicon: Lexicon) -> None:
        self.cut = 0
        self._lexicon = lexicon
        self._counts: Counter[int] = Counter()
        self._calls: Counter[str] = Counter()
        marks: Counter[int] = Counter()
        for index, features in enumerate(call for session in sessions for call in session):
            mark = int.from_bytes(hashlib.blake2b(index.to_bytes(8, "big"), digest_size=8).digest(), "big")
            self._counts.update(features)
            self._calls.update({lexicon[number].route for number in features})
            marks.update(dict.fromkeys(features, mark))
        first: dict[tuple[bool, int, int], int] = {}
        self._stands_for = {
            number: first.setdefault((self._is_paired(number), self._counts[number], marks[number]), number)
            for number in sorted(self._counts)
        }

    def items(self, session: _Calls) -> tuple[Sequence[int], ...]:
        """What each call shows: its features, and pairs of them."""
        return tuple(array("Q", sorted(set(self._of_call(features)))) for features in session)

    def _of_call(self, features: frozenset[int]) -> Iterator[int]:
        alone = {self._stands_for[number] for number in features}
        yield from alone
        paired = sorted(filter(self._is_paired, alone), key=self._rarity)
        self.cut += len(paired) > MAX_PAIRED
        size = len(self._lexicon)
        yield from ((min(pair) + 1) * size + max(pair) for pair in combinations(paired[:MAX_PAIRED], 2))

    def _is_paired(self, number: int) -> bool:
        feature = self._lexicon[number]
        return feature.direction is not Direction.ORDER and self._counts[number] < self._calls[feature.route]

    def _rarity(self, number: int) -> tuple[int, int]:
        return self._counts[number], number
