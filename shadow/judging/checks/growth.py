"""Numbers that an instance counts since its own start: how far two of them are apart says nothing. Pure."""

from dataclasses import dataclass, field

_FEW = 10
_APART_S, _MANY = 2.0, 5000
_CLOCK_S, _CLOCK_SLACK_S = 20.0, 1.5
_UNITS_S = (1.0, 1e-3, 1e-6, 1e-9)


@dataclass(slots=True)
class Growth:
    """Whether each instance counts for itself at a place, since its own start.

    Legacy's numbers grow with the time. The secondary's stay on one side of them or overtake them once; or, asked the
    same again, it never gave less. All is learnt on the first answers, and fixed from then on. A number is held against
    one that came ten before it, since requests at the same time are answered in any order, and two seconds before,
    since whole seconds change no sooner.
    """

    _first: list[tuple[float, float]] = field(default_factory=list)
    _count: int = 0
    _seen: int = 0
    _with_time: int = 0
    _apart: int = 0
    _above: bool = False
    _changes: int = 0
    _again: int = 0
    _fell: bool = False

    def learn(self, started_at: float, number: float) -> None:
        """Takes a number of legacy's, and when the request began that it answers."""
        self._count += 1
        if len(self._first) < _FEW:
            self._first.append((started_at, number))
        elif self._seen < _FEW:
            before_at, before = self._first[self._seen]
            if abs(started_at - before_at) >= _APART_S or self._count - self._seen > _MANY:
                self._seen += 1
                self._with_time += (started_at - before_at) * (number - before) > 0

    def learn_other(self, legacy: float, secondary: float) -> None:
        """Takes two numbers that differ."""
        if self._apart < _FEW:
            is_above = secondary > legacy
            self._changes += self._apart > 0 and is_above != self._above
            self._above = is_above
            self._apart += 1

    def learn_again(self, before: float, after: float) -> None:
        """Takes what the secondary answered to one request, and later to the same."""
        if self._again < _FEW:
            self._again += 1
            self._fell = self._fell or after < before

    @property
    def may_grow(self) -> bool:
        """Whether it does, or nobody knows yet."""
        only_grew = self._again >= _FEW and not self._fell
        return (self._changes <= 1 or only_grew) and (self._seen < _FEW or self._with_time >= _FEW - 1)


@dataclass(slots=True)
class Uptime:
    """Whether legacy's numbers at a place show how long its instance has been running.

    They then go exactly as a clock does, in one of a few units; what is counted of requests or rows does not. Two
    answers that are given in the same second are alike there, and no sign of another state.
    """

    _from: float | None = None
    _until: float = 0.0
    _offsets: dict[float, tuple[float, float]] = field(default_factory=dict)

    def learn(self, started_at: float, number: float) -> None:
        """Takes a number of legacy's, and when the request began that it answers."""
        if self._from is None:
            self._from = self._until = started_at
            self._offsets = {unit: (number * unit - started_at,) * 2 for unit in _UNITS_S}
        self._from, self._until = min(self._from, started_at), max(self._until, started_at)
        offsets = {unit: number * unit - started_at for unit in self._offsets}
        spans = {
            unit: (min(low, offsets[unit]), max(high, offsets[unit])) for unit, (low, high) in self._offsets.items()
        }
        self._offsets = {unit: (low, high) for unit, (low, high) in spans.items() if high - low <= _CLOCK_SLACK_S}

    @property
    def is_known(self) -> bool:
        """Whether they do, and did for long enough that it is no chance."""
        return self._from is not None and self._until - self._from >= _CLOCK_S and bool(self._offsets)
