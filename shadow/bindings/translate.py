"""A value at a place, as another side calls it. Pure."""

from collections.abc import Mapping

from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.scopes import Origin, Scopes, is_id_site
from crossfade.shadow.bindings.shapes import MIN_TOKEN_CHARS, is_guessable, is_short_id
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.exchange import Request
from crossfade.shadow.exchange.outcome import Reason

OWN = 900_000_000_000_000_000
"""Added to a number of a side's own that would pass for another one of legacy's."""


def etag_scope(request: Request) -> str:
    """ETags of two resources may be the same text."""
    return f"etag {request.target.partition('?')[0]}"


class Rendering:
    """From legacy's values to a side's; ``refused`` says afterwards why that can't be."""

    def __init__(self, tables: Tables, scopes: Scopes, side: Side, origin: Origin, etags: str) -> None:
        self.refused: Reason | None = None
        self._tables = tables
        self._scopes = scopes
        self._side = side
        self._origin = origin
        self._etags = etags

    def __call__(self, text: str, site: Site) -> str | None:
        """What the side calls the value; None where it is no handle."""
        if site.part is Part.HEADER and site.name == "etag":
            return self._tables.theirs(self._etags, text, self._side)
        if len(text) >= MIN_TOKEN_CHARS and self._is_handle(EVERYWHERE, text):
            return self._named(EVERYWHERE, text)
        if is_id_site(site) and is_short_id(text):
            return self._short(text, site)
        return None

    def _short(self, text: str, site: Site) -> str | None:
        near, named = self._scopes.standing(site, self._origin)
        for group in (near, named):
            found = [scope.key for scope in group if self._is_handle(scope.key, text)]
            if len(found) == 1 and (group is near or not near):
                return self._named(found[0], text)
            if found:
                self.refused = self.refused or Reason.FOREIGN_HANDLE
                return None
        return None

    def _is_handle(self, scope: str, text: str) -> bool:
        return self._tables.knows(scope, text) or self._tables.lost(scope, text) is not None

    def _named(self, scope: str, text: str) -> str | None:
        theirs = self._tables.theirs(scope, text, self._side)
        if theirs is None:
            self.refused = self.refused or self._tables.lost(scope, text) or Reason.FOREIGN_HANDLE
        return theirs




class Back:
    """From a side's values to legacy's. ``here`` are those of this very answer, which go before the tables'.

    ``strict``: a value of the side's own that has the text of another of legacy's becomes one that legacy has not.
    ``shared`` gathers values that the side gave as legacy did, though they are bound to others.
    """

    def __init__(  # noqa: PLR0913 - the tables, and where an answer stands
        self,
        tables: Tables,
        scopes: Scopes,
        side: Side,
        origin: Origin,
        etags: str,
        here: Mapping[str, str],
        *,
        strict: bool,
    ) -> None:
        self.shared: list[str] = []
        self._tables = tables
        self._scopes = scopes
        self._side = side
        self._origin = origin
        self._etags = etags
        self._here = here
        self._strict = strict

    def __call__(self, text: str, site: Site) -> str | None:
        """What legacy calls the value; None where it is no handle."""
        if text in self._here:
            return self._here[text]
        if site.part is Part.HEADER and site.name == "etag":
            return self._in((self._etags,), text)
        if len(text) >= MIN_TOKEN_CHARS:
            found = self._in((EVERYWHERE,), text)
            if found is not None:
                return found
        if is_id_site(site) and is_short_id(text):
            near, named = self._scopes.standing(site, self._origin)
            return self._in([scope.key for scope in near], text) or self._in([scope.key for scope in named], text)
        return None

    def _in(self, scopes: "tuple[str, ...] | list[str]", text: str) -> str | None:
        found = {self._tables.legacys(scope, text, self._side) for scope in scopes} - {None}
        if len(found) == 1:
            return found.pop()
        if not found and self._strict and any(self._tables.is_anothers(scope, text, self._side) for scope in scopes[:1]):
            if is_guessable(text) or scopes[0] != EVERYWHERE:
                return own(text)
            self.shared.append(text)
        return None


def own(text: str) -> str:
    """A value that is the side's own, so that it does not pass for legacy's of the same text."""
    return str(OWN + int(text)) if text.isdecimal() and len(text) < len(str(OWN)) else f"{text} (its own)"
