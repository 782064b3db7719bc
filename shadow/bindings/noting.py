"""Notes of what changes, so that it can be done again where the whole is kept. Pure."""

from collections.abc import Iterable
from typing import Any

from crossfade.shadow.bindings.known import Known, Note
from crossfade.shadow.bindings.memory import Places, Seen
from crossfade.shadow.bindings.names import Site
from crossfade.shadow.bindings.scopes import Origin, Scope, Scopes
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import Tables
from crossfade.shadow.exchange.outcome import Reason

_PART = 1000
"""Values that were added one after the other make one note, up to so many."""


def noting(known: Known) -> tuple[Known, list[Note]]:
    """The same, which notes all changes to it from now on; the one that was given is used no more."""
    notes: list[Note] = []
    noted = Known(
        tables=_noted(_NotingTables, known.tables, notes),
        scopes=_noted(_NotingScopes, known.scopes, notes),
        places=_noted(_NotingPlaces, known.places, notes),
        sent=_noted(_NotingSent, known.sent, notes),
        agreed=_noted(_NotingAgreed, known.agreed, notes),
        one_to_one=known.one_to_one,
    )
    return noted, notes


def _noted(kind: type[Any], part: object, notes: list[Note]) -> Any:  # noqa: ANN401 - a subclass of the part's own class
    """The same part, which from now on notes what changes it."""
    noted: Any = object.__new__(kind)
    noted.__dict__.update(vars(part), notes=notes)
    return noted


class _NotingTables(Tables):
    notes: list[Note]

    def bind(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool = False) -> bool:
        self.notes.append(Note("tables", "bind", (scope, legacy, side, theirs), {"opaque": opaque}))
        return super().bind(scope, legacy, side, theirs, opaque=opaque)

    def rebind(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool = False) -> None:
        self.notes.append(Note("tables", "rebind", (scope, legacy, side, theirs), {"opaque": opaque}))
        super().rebind(scope, legacy, side, theirs, opaque=opaque)

    def unbind(self, scope: str, legacy: str, side: Side) -> None:
        self.notes.append(Note("tables", "unbind", (scope, legacy, side)))
        super().unbind(scope, legacy, side)

    def lose(self, scope: str, legacy: str, reason: Reason) -> None:
        self.notes.append(Note("tables", "lose", (scope, legacy, reason)))
        super().lose(scope, legacy, reason)

    def find(self, scope: str, legacys: Iterable[str]) -> None:
        found = tuple(legacy for legacy in legacys if self.lost(scope, legacy) is not None)
        if found:
            self.notes.append(Note("tables", "find", (scope, found)))
            super().find(scope, found)


class _NotingScopes(Scopes):
    notes: list[Note]

    def producing(self, site: Site, origin: Origin, *, create: bool = False) -> Scope | None:
        if create:
            self.notes.append(Note("scopes", "producing", (site, origin), {"create": True}))
        return super().producing(site, origin, create=create)

    def saw(self, key: str, site: Site, origin: Origin, text: str) -> None:
        self.notes.append(Note("scopes", "saw", (key, site, origin, text)))
        super().saw(key, site, origin, text)

    def saw_plain(self, name: str) -> None:
        self.notes.append(Note("scopes", "saw_plain", (name,)))
        super().saw_plain(name)


class _NotingPlaces(Places):
    notes: list[Note]

    def saw(self, route: str, names: tuple[str, ...], *, fresh: bool) -> None:
        self.notes.append(Note("places", "saw", (route, names), {"fresh": fresh}))
        super().saw(route, names, fresh=fresh)


class _NotingSeen(Seen):
    notes: list[Note]
    part = ""

    def add(self, values: Iterable[str]) -> None:
        values = list(values)
        last = self.notes[-1] if self.notes else None
        if last is not None and last.part == self.part and len(last.arguments[0]) < _PART:
            last.arguments[0].extend(values)
        else:
            self.notes.append(Note(self.part, "add", (values,)))
        super().add(values)


class _NotingSent(_NotingSeen):
    part = "sent"


class _NotingAgreed(_NotingSeen):
    part = "agreed"
