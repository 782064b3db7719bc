"""What was seen of values and of places, within bounds: sent, agreed on, minted. Pure."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice

from crossfade.shadow.bindings.names import Part

_MAX_PLACES = 20_000
_EVERY_ROUTE = ""
_MAX_SOURCES = 10_000


class Seen:
    """The values of a kind that were added first lately; only their hashes are kept."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._hashes: dict[int, None] = {}
        self._sources: set[int] = set()

    def add(self, values: Iterable[str]) -> None:
        """Remembers values."""
        self._hashes.update(dict.fromkeys(map(hash, values)))
        if len(self._hashes) > self._capacity:
            oldest = tuple(islice(self._hashes, len(self._hashes) - self._capacity))
            for key in oldest:
                del self._hashes[key]
            self._sources.clear()

    def add_from(self, source: bytes, values: Callable[[bytes], Iterable[str]]) -> None:
        """Remembers the values of a source, which is read only where that may add something."""
        key = hash(source)
        if key in self._sources:
            return
        if len(self._sources) >= _MAX_SOURCES:
            self._sources.clear()
        self._sources.add(key)
        self.add(values(source))

    def __contains__(self, value: str) -> bool:
        return hash(value) in self._hashes


@dataclass(slots=True)
class _Counts:
    fresh: int = 0
    steady: int = 0


class Places:
    """Per route and place: whether two instances of legacy gave values of their own there, or the same one.

    A header field is one place on all routes, because one piece of code writes it.
    """

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, tuple[str, ...]], _Counts] = OrderedDict()
        self._minting: dict[str, int] = {}
        self._steady: set[tuple[str, tuple[str, ...]]] = set()

    def hold_steady(self, route: str, names: tuple[str, ...]) -> None:
        """Nothing is minted there, whatever was or will be seen."""
        if len(self._steady) < _MAX_PLACES:
            self._steady.add((_written_by(route, names), names))

    def saw(self, route: str, names: tuple[str, ...], *, fresh: bool) -> None:
        """Counts one pair of legacy's own answers."""
        route = _written_by(route, names)
        counts = self._counts.setdefault((route, names), _Counts())
        before = counts.fresh > counts.steady
        counts.fresh += fresh
        counts.steady += not fresh
        self._note(route, int(counts.fresh > counts.steady) - int(before))
        if len(self._counts) > _MAX_PLACES:
            (oldest, _), gone = self._counts.popitem(last=False)
            self._note(oldest, -int(gone.fresh > gone.steady))

    def mints(self, route: str, names: tuple[str, ...]) -> bool | None:
        """Whether legacy mints there; None where that is not known."""
        if (_written_by(route, names), names) in self._steady:
            return False
        counts = self._counts.get((_written_by(route, names), names))
        return None if counts is None else counts.fresh > counts.steady

    def any_minting(self, route: str) -> bool:
        """Whether the route has a place at which legacy mints."""
        return self._minting.get(route, 0) > 0 or self._minting.get(_EVERY_ROUTE, 0) > 0

    def of(self, route: str) -> "Places":
        """A copy of what is known of a route."""
        found = Places()
        for (written_by, names), counts in self._counts.items():
            if written_by in {route, _EVERY_ROUTE}:
                found._counts[written_by, names] = replace(counts)
        found._steady = {place for place in self._steady if place[0] in {route, _EVERY_ROUTE}}
        found._minting = {name: self._minting[name] for name in (route, _EVERY_ROUTE) if name in self._minting}
        return found

    def _note(self, route: str, change: int) -> None:
        if change:
            self._minting[route] = self._minting.get(route, 0) + change
            if not self._minting[route]:
                del self._minting[route]


def _written_by(route: str, names: tuple[str, ...]) -> str:
    return _EVERY_ROUTE if names[0] == Part.HEADER else route
