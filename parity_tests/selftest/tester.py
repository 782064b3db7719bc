"""By route, how many faults the present rules find, and what hides the others. Pure."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.selftest.faults import Fault, FaultMaker
from crossfade.parity_tests.selftest.trial import Trial, Trials
from crossfade.shadow.evidence.conclusions import Status
from crossfade.shadow.evidence.records import RunEvidence
from crossfade.shadow.evidence.view import AcceptRule, view_route
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.differ import Key
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules

Noise = Callable[[RouteInfo], frozenset[Key]]
"""Gives the places of a route that are noise."""


class Hider(StrEnum):
    """What hides a fault."""

    IGNORE = "ignore"  # an ignore rule
    ACCEPT = "accept"  # an accept rule
    NOISE = "noise"  # legacy differs from itself there
    MASKED = "masked"  # the candidate differs there anyway
    ALIKE = "alike"  # the comparison takes both answers for the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Faults that were not found. ``rule`` is what the rule matches, "" where none hides them; ``places`` in order."""

    by: Hider
    rule: str
    reason: str
    faults: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteResult:
    """How many faults of each sort were tried and found on a route. What two rules hide counts for both."""

    route: str
    by_fault: Mapping[Fault, tuple[int, int]]
    hidden: tuple[Hidden, ...]

    @property
    def tried(self) -> int:
        """All faults."""
        return sum(tried for tried, _ in self.by_fault.values())

    @property
    def found(self) -> int:
        """Those of which at least one difference would be open."""
        return sum(found for _, found in self.by_fault.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestResult:
    """The routes with faults, what is found least often in front; ``untried`` had no answer to put one into."""

    routes: tuple[RouteResult, ...]
    untried: tuple[str, ...]

    @property
    def tried(self) -> int:
        """All faults."""
        return sum(route.tried for route in self.routes)

    @property
    def found(self) -> int:
        """Those that were found."""
        return sum(route.found for route in self.routes)


_By = tuple[Hider, str, str]
"""A hider, the text of its rule, and the reason that the rule gives."""


class SelfTest:
    """Puts faults into the answers of sessions as they are played; keeps counts alone, at most 400 for a route."""

    def __init__(self, contract: Contract | None, rules: Rules) -> None:
        """``rules`` are those of the replay."""
        self._contract = contract
        self._trials = Trials(contract, rules)
        self._makers: dict[RouteInfo, FaultMaker] = {}
        self._results: dict[RouteInfo, Counter[Trial]] = {}

    def add(self, session: PlayedSession) -> None:
        """Tries faults on the calls of a session."""
        for played in session.played:
            self._add(played)

    def result(self, accepted: Sequence[AcceptRule], today: datetime.date, noise: Noise) -> SelfTestResult:
        """What was found under these accept rules, where these places are noise."""
        rules = [rule for rule in accepted if not rule.has_expired(today)]
        names = _names(self._results)
        tested = [
            _tested(names[route], trials, _Hiding(route, rules, noise(route)))
            for route, trials in self._results.items()
            if trials.total()
        ]
        return SelfTestResult(
            routes=tuple(sorted(tested, key=lambda route: (route.found / route.tried, route.route))),
            untried=tuple(sorted(names[route] for route, trials in self._results.items() if not trials.total())),
        )

    def _add(self, played: Played) -> None:
        route = played.call.route
        results = self._results.setdefault(route, Counter())
        trials = None if played.comparison is None else self._trials.of(played.comparison, route)
        if played.comparison is None or trials is None:
            return
        maker = self._makers.setdefault(route, FaultMaker(self._contract))
        for faulty in maker.faulty(played.comparison.request, trials.answer):
            trial = trials.trial(faulty)
            if trial is not None:
                results[trial] += 1


def noise_of(evidence: RunEvidence, accepted: Sequence[AcceptRule], today: datetime.date) -> Noise:
    """What is noise in a run under these accept rules."""
    places = {
        route.info: frozenset(
            (place.template, place.kind)
            for place in view_route(route, accepted, today, evidence.info).places
            if place.status is Status.NOISE
        )
        for route in evidence.routes
    }
    return lambda route: places.get(route, frozenset())


def _names(routes: Iterable[RouteInfo]) -> dict[RouteInfo, str]:
    """As reports name them: with the port in front where several ports carry a route of that name."""
    routes = tuple(routes)
    ports = Counter(route.route for route in routes)
    return {route: route.key if ports[route.route] > 1 else route.route for route in routes}


def _tested(name: str, trials: Counter[Trial], hiding: "_Hiding") -> RouteResult:
    by_fault: dict[Fault, tuple[int, int]] = dict.fromkeys(Fault, (0, 0))
    faults: Counter[_By] = Counter()
    places: defaultdict[_By, set[str]] = defaultdict(set)
    for trial, number in trials.items():
        hiders = set(hiding.of(trial))
        tried, found = by_fault[trial.fault]
        by_fault[trial.fault] = tried + number, found + number * (not hiders)
        for by in {by for by, _ in hiders}:
            faults[by] += number
        for by, place in hiders:
            places[by].add(place)
    hidden = (
        Hidden(by=by[0], rule=by[1], reason=by[2], faults=number, places=tuple(sorted(places[by])))
        for by, number in sorted(faults.items(), key=lambda item: (-item[1], item[0]))
    )
    return RouteResult(route=name, by_fault=by_fault, hidden=tuple(hidden))


@dataclass(frozen=True, slots=True)
class _Hiding:
    """What hides faults on one route."""

    route: RouteInfo
    rules: Sequence[AcceptRule]
    noise: frozenset[Key]

    def of(self, trial: Trial) -> Iterator[tuple[_By, str]]:
        """What hides a fault, and where; nothing where one of its differences would be open."""
        accepting = {item: [rule for rule in self.rules if rule.accepts(self.route, item)] for item in trial.shown}
        if any(not rules and (item.template, item.kind) not in self.noise for item, rules in accepting.items()):
            return
        for item, rules in accepting.items():
            place = _place((item.template, item.kind))
            yield from (((Hider.ACCEPT, *_of_accept(rule)), place) for rule in rules)
            if not rules:
                yield (Hider.NOISE, "", ""), place
        yield from (((Hider.NOISE, "", ""), _place(key)) for key in trial.noisy)
        yield from (((Hider.IGNORE, *_of_ignore(rule)), _place(key)) for rule, key in trial.ignored)
        if not (trial.shown or trial.noisy or trial.ignored):
            yield (Hider.MASKED if trial.masked else Hider.ALIKE, "", ""), _place((trial.place, trial.fault))


def _place(key: Key) -> str:
    return f"{key[0]} ({key[1]})"


def _of_accept(rule: AcceptRule) -> tuple[str, str]:
    parts = (rule.route, rule.path, *(part for part in (rule.kind, rule.transition) if part != "*"))
    return "  ".join(parts), rule.reason


def _of_ignore(rule: IgnoreRule) -> tuple[str, str]:
    return f"{rule.route}  {rule.path}", rule.reason
