"""A value at a place, as another side calls it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crossfade.shadow.bindings.forms import spelt
from crossfade.shadow.bindings.kinds import may_be_page
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.scopes import Origin, Scopes
from crossfade.shadow.bindings.shapes import MIN_TOKEN_CHARS, is_guessable, is_token
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.exchange.outcome import Reason

OWN = 900_000_000_000_000_000
"""Added to a number of a side's own that would pass for another one of legacy's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """Whose values, and in which request: ``etags`` and ``pages`` are the scopes of its ETags and page tokens."""

    tables: Tables
    scopes: Scopes
    side: Side
    origin: Origin
    etags: str
    pages: str

    def groups(self, site: Site, text: str) -> tuple[list[str], list[str]]:
        """The scopes of short ids that may stand at a place: those of its very collection, and those of its name."""
        if not self.scopes.may_hold(text, site, self.origin):
            return [], []
        near, named = self.scopes.standing(site, self.origin)
        return [scope.key for scope in near], [scope.key for scope in named]

    def wide(self, text: str) -> Iterator[str]:
        """The scopes of values that mean one thing wherever they stand."""
        if len(text) >= MIN_TOKEN_CHARS:
            yield EVERYWHERE
            if self.scopes.declared and is_token(text):
                yield from (scope.key for scope in self.scopes.declared)

    def spelt(self, text: str, scope: str, *, as_legacy: bool = False) -> str:
        """A value as JSON of the candidate, or of legacy, is to hold it."""
        forms = self.scopes.forms(scope)
        if forms is None or self.side is not Side.CANDIDATE:
            return text
        return spelt(text, forms[0 if as_legacy else 1])


Here = Mapping[tuple[Site, str], str]
"""Legacy's values for a side's at places of one answer."""


class Rendering:
    """From legacy's values to a side's; ``refused`` says afterwards why that can't be."""

    def __init__(self, at: Standpoint) -> None:
        self.refused: Reason | None = None
        self._at = at

    def __call__(self, text: str, site: Site) -> str | None:
        """What the side calls the value; None where it is no handle."""
        at = self._at
        if site.part is Part.HEADER and site.name == "etag":
            return at.tables.theirs(at.etags, text, at.side)
        if may_be_page(site, text) and self._is_handle(at.pages, text):
            return self._named(at.pages, text)
        for scope in self._at.wide(text):
            if self._is_handle(scope, text):
                return self._named(scope, text)
        return self._short(text, site)

    def _short(self, text: str, site: Site) -> str | None:
        near, named = self._at.groups(site, text)
        for scopes in (near, named):
            found = [scope for scope in scopes if self._is_handle(scope, text)]
            if len(found) == 1 and (scopes is near or not near):
                return self._named(found[0], text)
            if found:
                return self._refuse()
        if "," not in text and self._at.scopes.is_closed(site, self._at.origin):
            return self._refuse()
        if not near and not named and self._may_be_any(site, text):
            return self._refuse()
        return None

    def _may_be_any(self, site: Site, text: str) -> bool:
        """Whether a place says that it holds ids, nobody knows whose, and one of some kind is other on this side."""
        at = self._at
        if not at.scopes.may_hold(text, site, at.origin) or not at.scopes.is_unclear(site, at.origin):
            return False
        return any(
            self._is_handle(scope.key, text) and at.tables.theirs(scope.key, text, at.side) != text
            for scope in at.scopes
        )

    def _refuse(self) -> str | None:
        self.refused = self.refused or Reason.FOREIGN_HANDLE
        return None

    def _is_handle(self, scope: str, text: str) -> bool:
        return self._at.tables.knows(scope, text) or self._at.tables.lost(scope, text) is not None

    def _named(self, scope: str, text: str) -> str | None:
        theirs = self._at.tables.theirs(scope, text, self._at.side)
        if theirs is None:
            self.refused = self.refused or self._at.tables.lost(scope, text) or Reason.FOREIGN_HANDLE
            return None
        return self._at.spelt(theirs, scope)


class Back:
    """From a side's values to legacy's. ``here`` are those of this very answer, which go before the tables'.

    ``strict``: a value of the side's own that has the text of another of legacy's becomes one that legacy has not.
    ``shared`` gathers values that the side gave as legacy did, though they are bound to others, and ``mapped`` what
    legacy calls the others, and where they stand.
    """

    def __init__(self, at: Standpoint, here: Here, *, strict: bool) -> None:
        self.shared: list[str] = []
        self.mapped: set[tuple[Site, str]] = set()
        self._at = at
        self._here = here
        self._strict = strict

    def __call__(self, text: str, site: Site) -> str | None:
        """What legacy calls the value; None where it is no handle."""
        found = self._find(text, site)
        if found is not None:
            self.mapped.add((site, found))
        return found

    def _find(self, text: str, site: Site) -> str | None:
        at = self._at
        if (site, text) in self._here:
            return self._here[site, text]
        if site.part is Part.HEADER and site.name == "etag":
            return self._in([at.etags], text)
        if may_be_page(site, text) and (page := at.tables.legacys(at.pages, text, at.side)) is not None:
            return page
        for scope in at.wide(text):
            found = self._in([scope], text)
            if found is not None:
                return found
        near, named = at.groups(site, text)
        return self._in(near, text) or self._in(named, text)

    def _in(self, scopes: list[str], text: str) -> str | None:
        tables, side = self._at.tables, self._at.side
        found = {scope: legacy for scope in scopes if (legacy := tables.legacys(scope, text, side)) is not None}
        if len(set(found.values())) == 1:
            scope, legacy = found.popitem()
            return self._at.spelt(legacy, scope, as_legacy=True)
        if found or not self._strict or not scopes or not tables.is_anothers(scopes[0], text, side):
            return None
        if is_guessable(text) or scopes[0] != EVERYWHERE:
            return own(text)
        self.shared.append(text)
        return None


def own(text: str) -> str:
    """A value that is the side's own, so that it does not pass for legacy's of the same text."""
    return str(OWN + int(text)) if text.isdecimal() and len(text) < len(str(OWN)) else f"{text} (its own)"
