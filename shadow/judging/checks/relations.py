"""How the times of one answer relate to each other and to the request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice

_LEARNT = 20
_FEW = 10
_MAX_PAIRS = 200
_MAX_TIMES = 8
_SLACK_S = 2.0


@dataclass(frozen=True, slots=True)
class Times:
    """The first two times in which legacy and the candidate differ at a place; ``element`` is where in lists it is."""

    legacy_s: float
    candidate_s: float
    element: tuple[str, ...]


@dataclass(slots=True)
class _Order:
    """What held in all of legacy's first answers: that one time is before, behind or equal to another."""

    seen: int = 0
    before: bool = True
    behind: bool = True

    def learn(self, one_s: float, two_s: float) -> None:
        self.seen += 1
        self.before = self.before and one_s <= two_s
        self.behind = self.behind and one_s >= two_s

    def holds(self, one_s: float, two_s: float) -> bool:
        return (not self.before or one_s <= two_s) and (not self.behind or one_s >= two_s)


@dataclass(slots=True)
class Orders:
    """Which times of one answer come before which; learnt on legacy's first answers, and fixed from then on.

    Both must differ from legacy's: what is the same on both sides fails on both or on none.
    """

    _known: dict[tuple[str, str], _Order] = field(default_factory=dict)

    def see(self, times: Mapping[str, Times]) -> Iterator[tuple[str, bool, bool]]:
        """For each relation of two times the second's template, and whether the candidate and legacy fail it."""
        for one, two in combinations(islice(sorted(times.items()), _MAX_TIMES), 2):
            key = (one[0], two[0])
            if one[1].element[: len(two[1].element)] != two[1].element[: len(one[1].element)]:
                continue
            if key not in self._known and len(self._known) >= _MAX_PAIRS:
                continue
            order = self._known.setdefault(key, _Order())
            if order.seen < _LEARNT:
                order.learn(one[1].legacy_s, two[1].legacy_s)
            elif order.before or order.behind:
                legacy = order.holds(one[1].legacy_s, two[1].legacy_s)
                candidate = order.holds(one[1].candidate_s, two[1].candidate_s)
                yield two[0], legacy and not candidate, candidate and not legacy


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a request was under way, in seconds since the epoch; the sides were asked after it began."""

    started_at: float
    latency_ms: float

    def holds(self, moment_s: float) -> bool:
        """Whether a clock that is right may have shown this time."""
        return self.started_at - _SLACK_S <= moment_s <= self.started_at + self.latency_ms / 1000 + _SLACK_S


@dataclass(slots=True)
class Fresh:
    """Whether a place holds the time of the request: learnt on legacy's first answers, and fixed from then on."""

    _seen: int = 0
    _always: bool = True

    def learn(self, *, in_window: bool) -> None:
        """Takes whether legacy's time was within."""
        if self._seen < _LEARNT:
            self._seen += 1
            self._always = self._always and in_window

    @property
    def is_known(self) -> bool:
        """Whether it always was."""
        return self._always and self._seen >= _LEARNT
