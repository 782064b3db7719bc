"""All checks of one route: of the places at which the secondary differed from legacy before."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crossfade.shadow.exchange.difference import Difference, Kind, Value
from crossfade.shadow.exchange.observations import Check, Checked
from crossfade.shadow.judging.checks.growth import Growth, Uptime
from crossfade.shadow.judging.checks.parts import parts
from crossfade.shadow.judging.checks.place import Forms, Repeats
from crossfade.shadow.judging.checks.relations import Fresh, Orders, Times, Window
from crossfade.shadow.judging.checks.values import CLOSE, NEAR, Distance, Slack, count, distance, is_scalar, moment_s
from crossfade.shadow.judging.differ import Look, knows

MAX_PLACES = 200
"""Places of one route whose values are checked."""
_VALUES = frozenset({Kind.VALUE, Kind.FORMAT})
_MEASURED = _VALUES | {Kind.TYPE}
_NAMES_AN_ID = re.compile(r"(?:[./_]id|[a-z]I[dD])(?:/\*|\[\*\])*$")
"""Numbers that count rows are far apart for no reason."""
_INDEX = re.compile(r"(?<=/)[0-9]+(?=/|$)|(?<=\[)[0-9]+(?=\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two answers to one request that are as near to a third one: the candidate's and the secondary's to legacy's.

    ``windows``: when each was under way, None where that is not known. ``slack``: what distance means nothing.
    """

    candidate: Look
    secondary: Look
    windows: tuple[Window, Window] | None = None
    slack: Slack = CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is checked of one request: how the answers differ from legacy's.

    ``secondaries`` are all looks of the secondary that are evidence of noise, ``steady`` the templates at which they
    show another state instead. ``again`` are two of them in the order in which they were given, where there are two.
    """

    request_hash: int
    candidate: Look
    window: Window
    beside: Beside | None = None
    secondaries: tuple[Look, ...] = ()
    steady: frozenset[str] = frozenset()
    again: tuple[Look | None, Look | None] = (None, None)


@dataclass(slots=True)
class _Place:
    repeats: Repeats = field(default_factory=Repeats)
    forms: Forms = field(default_factory=Forms)
    fresh: Fresh = field(default_factory=Fresh)
    growth: Growth = field(default_factory=Growth)
    constant: Value = None
    constant_repeats: Repeats = field(default_factory=Repeats)


@dataclass(frozen=True, slots=True)
class RouteChecks:
    """The checks of one route, with what they remember of it.

    FORM, REPEATS and the order of times hold the candidate's value against legacy's own, where the two differ; while
    both are the same implementation they might have changed places. DISTANCE and the window of RELATION hold it against
    the secondary's of the same moment, where one of the two differs from legacy's. (A secondary that was asked because
    legacy and candidate differ is no such control: then DISTANCE holds both of these against it.) A place is checked
    from the request on that follows the one in which the secondary first differed there, since that one was chosen by
    what was seen.
    What counts since the start of its instance is held against no other, nor is a number before that is known.
    """

    _places: dict[str, _Place] = field(default_factory=dict)
    _orders: Orders = field(default_factory=Orders)
    _uptimes: dict[str, Uptime] = field(default_factory=dict)

    def is_uptime(self, template: str) -> bool:
        """Whether legacy's numbers at this template tell how long its instance has been running."""
        return template in self._uptimes and self._uptimes[template].is_known

    def is_checked(self, template: str) -> bool:
        """Whether values at this template are checked."""
        return template in self._places

    def see(self, seen: Seen) -> tuple[Checked, ...]:
        """The trials of one request."""
        values = _first_values(seen.candidate.differences, self._places)
        found = [*self._by_value(seen.request_hash, values), *self._in_order(values), *self._beside(seen.beside)]
        for template, item in values.items():
            if (moment := moment_s(item.legacy)) is not None:
                self._places[template].fresh.learn(in_window=seen.window.holds(moment))
            elif (number := count(item.legacy)) is not None:
                self._places[template].growth.learn(seen.window.started_at, number)
        self._learn_uptimes(seen)
        return tuple(found)

    def _learn_uptimes(self, seen: Seen) -> None:
        for template, item in _first_values(seen.candidate.differences, None).items():
            number = count(item.legacy)
            if number is not None and (template in self._uptimes or len(self._uptimes) < MAX_PLACES):
                self._uptimes.setdefault(template, Uptime()).learn(seen.window.started_at, number)

    def see_constant(self, seen: Seen) -> tuple[Checked, ...]:
        """REPEATS for a candidate that always answers what legacy did first. Only that is remembered of it."""
        looks = (seen.candidate, *seen.secondaries)
        values = _first_values((item for look in looks for item in look.differences), self._places)
        found: list[Checked] = []
        for template, item in values.items():
            place = self._places[template]
            if place.constant is None:
                place.constant = item.legacy
            trial = place.constant_repeats.see(seen.request_hash, item.legacy, place.constant)
            found += [] if trial is None else [_checked(template, *trial)]
        return tuple(found)

    def learn(self, seen: Seen, room: int) -> int:
        """Takes the secondary's values, and gives how many places are new: at most ``room``."""
        before = len(self._places)
        room = min(before + room, MAX_PLACES)
        for look in seen.secondaries:
            for template, item in _first_values(look.differences, None).items():
                if template in seen.steady or (template not in self._places and len(self._places) >= room):
                    continue
                place = self._places.setdefault(template, _Place())
                place.forms.learn(item.candidate)
                ours, theirs = count(item.legacy), count(item.candidate)
                if ours is not None and theirs is not None:
                    place.growth.learn_other(ours, theirs)
        self._learn_again(seen.again)
        return len(self._places) - before

    def _learn_again(self, again: tuple[Look | None, Look | None]) -> None:
        """What the secondary answered to the same request twice."""
        if again[0] is None or again[1] is None:
            return
        before, after = (_first_values(look.differences, self._places) for look in (again[0], again[1]))
        for template in before.keys() & after.keys():
            one, other = count(before[template].candidate), count(after[template].candidate)
            if one is not None and other is not None:
                self._places[template].growth.learn_again(one, other)

    def _by_value(self, request_hash: int, values: Mapping[str, Difference]) -> Iterator[Checked]:
        for template, item in values.items():
            place, sides = self._places[template], (item.legacy, item.candidate)
            looks, again = place.forms.see(*sides), place.repeats.see(request_hash, *sides)
            trials = (None if self._may_grow(template, item) else looks, again)
            yield from (_checked(template, *trial) for trial in trials if trial is not None)

    def _may_grow(self, template: str, item: Difference) -> bool:
        """Whether each instance may count for itself there: then size and distance mean nothing."""
        return count(item.legacy) is not None and self._places[template].growth.may_grow

    def _in_order(self, values: Mapping[str, Difference]) -> Iterator[Checked]:
        times = {template: found for template, item in values.items() if (found := _times(item)) is not None}
        for template, candidate, control in self._orders.see(times):
            yield _checked(template, Check.RELATION, candidate, control)

    def _beside(self, beside: Beside | None) -> Iterator[Checked]:
        if beside is None:
            return
        ours, theirs = (_by_template(look.differences, self._places) for look in (beside.candidate, beside.secondary))
        for template in sorted(ours.keys() | theirs.keys()):
            key = (template, Kind.VALUE.value)
            if knows(beside.candidate, key) is None or knows(beside.secondary, key) is None:
                continue
            if beside.windows is not None:  # of chosen pairs the secondary is no fair control
                mine, other = (parts(items.get(template, ())) for items in (ours, theirs))
                yield _checked(template, Check.PARTS, mine > other, other > mine)
            if self._may_grow(template, (ours.get(template) or theirs[template])[0]):
                continue
            left, right = (_farthest(items.get(template, ()), beside.slack) for items in (ours, theirs))
            if left is not None and right is not None and not _NAMES_AN_ID.search(template):
                yield _checked(template, Check.DISTANCE, left.exceeds(right), right.exceeds(left))
            if beside.windows is not None:
                yield from self._in_window(template, beside.windows, ours.get(template, ()), theirs.get(template, ()))

    def _in_window(
        self,
        template: str,
        windows: tuple[Window, Window],
        ours: tuple[Difference, ...],
        theirs: tuple[Difference, ...],
    ) -> Iterator[Checked]:
        if not self._places[template].fresh.is_known:
            return
        legacy = (ours or theirs)[0].legacy
        left, right = (moment_s(items[0].candidate if items else legacy) for items in (ours, theirs))
        candidate = left is not None and windows[0].holds(left)
        control = right is not None and windows[1].holds(right)
        yield _checked(template, Check.RELATION, control and not candidate, candidate and not control)


def _checked(template: str, check: Check, candidate: bool, control: bool) -> Checked:  # noqa: FBT001 - a trial's parts
    return Checked(template=template, kind=Kind.VALUE.value, check=check, candidate=candidate, control=control)


def _first_values(differences: Iterable[Difference], places: Mapping[str, object] | None) -> dict[str, Difference]:
    """The first difference of two scalars at each template; of ``places`` alone, where they are given."""
    found: dict[str, Difference] = {}
    for item in differences:
        if item.template in found or (places is not None and item.template not in places) or item.kind not in _VALUES:
            continue
        if is_scalar(item.legacy) and is_scalar(item.candidate):
            found[item.template] = item
    return found


def _by_template(differences: Iterable[Difference], places: Iterable[str]) -> dict[str, tuple[Difference, ...]]:
    known = places if isinstance(places, dict | set) else set(places)
    found: dict[str, list[Difference]] = {}
    for item in differences:
        if item.template in known and item.kind in _MEASURED:
            found.setdefault(item.template, []).append(item)
    return {template: tuple(items) for template, items in found.items()}


def _farthest(differences: tuple[Difference, ...], slack: Slack) -> Distance | None:
    """The largest distance of a place's elements; none where one is no distance."""
    sizes = [distance(item.legacy, item.candidate, slack) for item in differences]
    if any(size is None for size in sizes):
        return None
    return max((size for size in sizes if size is not None), key=lambda size: size.size, default=NEAR)


def _times(item: Difference) -> Times | None:
    legacy, candidate = moment_s(item.legacy), moment_s(item.candidate)
    if legacy is None or candidate is None:
        return None
    return Times(legacy, candidate, tuple(_INDEX.findall(item.path)))
