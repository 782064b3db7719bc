"""Gathers what played calls exercised. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.coverage.records import Coverage, PlaceCoverage, Reach, RouteCoverage
from crossfade.parity_tests.features.calls import answer_features, request_features
from crossfade.parity_tests.features.lexicon import MAX_WORDS
from crossfade.parity_tests.features.records import ABSENT, OBJECT, WORD, Direction, Feature
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judgement import IgnoreRule

MAX_PLACES = 5_000
"""Of one route; more are counted."""
STATUS = ("status", "status.code", "answer")
NOISE, IGNORED = "noise", "ignored"
_BODY = "body/"
_Place = tuple[Direction, str]
IgnoredIn = Callable[[Comparison, RouteInfo], tuple[IgnoreRule, ...]]


class Gathering:
    """Takes played calls, and gives the coverage of all of them.

    ``ignored`` gives the rules whose differences are left out of a comparison: ``RuleFinder.ignored``.
    """

    def __init__(self, contract: Contract | None, ignored: IgnoredIn) -> None:
        self._contract = contract
        self._ignored = ignored
        self._routes: dict[str, _Route] = {}

    def add(self, played: Played) -> None:
        """Takes one call that was played, or could not be."""
        route = self._routes.setdefault(played.call.route.key, _Route())
        comparison = played.comparison
        route.add_call(played, () if comparison is None else self._ignored(comparison, played.call.route))
        route.add(request_features(played.call, self._contract), compared=played.compared)
        legacy = played.legacy if comparison is None else comparison.legacy
        if legacy is not None:
            answered = comparison is not None and isinstance(comparison.candidate, Answer)
            found = answer_features(played.call, legacy, self._contract)
            route.add(found, compared=played.compared and answered)

    def add_session(self, done: PlayedSession) -> None:
        """Takes all calls of a session."""
        for played in done.played:
            self.add(played)

    def coverage(self) -> Coverage:
        """Of all calls that were taken."""
        return Coverage(routes=tuple(route.coverage(name) for name, route in sorted(self._routes.items())))


class _Route:
    """What is known of one route while it is gathered."""

    def __init__(self) -> None:
        self._calls = Reach()
        self._classes: dict[_Place, dict[str, Reach]] = {}
        self._present: Counter[_Place] = Counter()
        self._present_compared: Counter[_Place] = Counter()
        self._free: set[_Place] = set()
        self._left_out: set[_Place] = set()
        self._noisy: set[str] = set()
        self._globs: set[str] = set()

    def add_call(self, played: Played, rules: Iterable[IgnoreRule]) -> None:
        self._calls += Reach(1, int(played.compared))
        self._globs.update(rule.path for rule in rules)
        if isinstance(played.observation, Judged):
            observation = played.observation
            self._noisy.update(item.template for item in (*(observation.noise or ()), *observation.excused))

    def add(self, features: Iterable[Feature], *, compared: bool) -> None:
        one = Reach(1, int(compared))
        places = set()
        for feature in features:
            place = (feature.direction, feature.path)
            if place not in self._classes and len(self._classes) >= MAX_PLACES:
                if len(self._left_out) < MAX_PLACES:
                    self._left_out.add(place)
                continue
            places.add(place)
            self._add(place, feature.value_class, one)
        self._present.update(places)
        if compared:
            self._present_compared.update(places)

    def _add(self, place: _Place, name: str, one: Reach) -> None:
        classes = self._classes.setdefault(place, {})
        if name not in classes and name[:1] == WORD and self._is_free(place, classes):
            return
        classes[name] = classes.get(name, Reach()) + one

    def _is_free(self, place: _Place, classes: Collection[str]) -> bool:
        """Whether a place has so many words that they are free text."""
        if place[1] not in STATUS and sum(1 for known in classes if known[:1] == WORD) >= MAX_WORDS:
            self._free.add(place)
        return place in self._free

    def coverage(self, name: str) -> RouteCoverage:
        statuses: dict[str, Reach] = {}
        for path in STATUS:
            for word, reach in self._classes.get((Direction.ANSWER, path), {}).items():
                statuses[word.removeprefix(WORD)] = reach
        return RouteCoverage(
            route=name,
            calls=self._calls,
            statuses=dict(sorted(statuses.items())),
            places=tuple(self._places()),
            left_out=len(self._left_out),
        )

    def _places(self) -> Iterator[PlaceCoverage]:
        for place in sorted(self._classes):
            direction, path = place
            if direction is Direction.ANSWER and path in STATUS:
                continue
            classes = dict(sorted(self._told(place)))
            why_not = self._why_not(path) if direction is Direction.ANSWER else ""
            if why_not:
                classes = {name: Reach(reach.seen) for name, reach in classes.items()}
            yield PlaceCoverage(direction=direction, path=path, classes=classes, why_not=why_not)

    def _told(self, place: _Place) -> Iterator[tuple[str, Reach]]:
        classes = self._classes[place]
        yield from ((name, reach) for name, reach in classes.items() if place not in self._free or name[:1] != WORD)
        direction, path = place
        parent = (direction, path.rpartition("/")[0])
        if path.startswith(_BODY) and OBJECT in self._classes.get(parent, ()) and ABSENT not in classes:
            seen = self._present[parent] - self._present[place]
            compared = self._present_compared[parent] - self._present_compared[place]
            if seen > 0:
                yield ABSENT, Reach(seen, compared)

    def _why_not(self, path: str) -> str:
        if any(glob(text).matches(path) for text in self._globs):
            return IGNORED
        return NOISE if any(path == noisy or path.startswith(_below(noisy)) for noisy in self._noisy) else ""


def _below(path: str) -> tuple[str, ...]:
    return f"{path}/", f"{path}.", f"{path}["
