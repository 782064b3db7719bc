"""Of which kind a value of an answer is, and whether it is new. Pure."""

from dataclasses import dataclass

from crossfade.shadow.bindings.answers import Found
from crossfade.shadow.bindings.forms import fits
from crossfade.shadow.bindings.memory import Seen
from crossfade.shadow.bindings.names import Part, Site, is_page_name, is_token_name
from crossfade.shadow.bindings.pairs import Partner
from crossfade.shadow.bindings.scopes import Origin, Scopes
from crossfade.shadow.bindings.shapes import id_form, is_opaque_token, is_plain_text, is_short_id, is_token
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables

ANYWHERE = "#any"
"""The scope under which all short ids are listed that a request carried."""
_NEW, _OTHER = "#new", "#other"
"""The scopes of short ids of a kind that is not known yet: of what a request is about, and of something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What is known of a request: what it is about, the values it carried by scope, whether it may mint by itself.

    ``etags`` and ``pages`` are the scopes of its ETags and page tokens.
    """

    route: str
    origin: Origin
    etags: str
    pages: str
    carried: frozenset[tuple[str, str]]
    write: bool


class Kinds:
    """Looks at the values of one exchange."""

    def __init__(self, tables: Tables, scopes: Scopes, sent: Seen, agreed: Seen, exchange: Exchange) -> None:
        self._tables = tables
        self._scopes = scopes
        self._sent = sent
        self._agreed = agreed
        self._exchange = exchange

    def scope(self, found: Found, *, own: bool = False, create: bool = False) -> str | None:
        """Among which values legacy's is unique; None where it is no handle by its looks, or of no clear kind.

        ``own``: of short ids only those of what the request is about. ``create``: a kind that is not known is new.
        """
        text, site = found.legacy, found.site
        if site.part is Part.HEADER and site.name == "etag":
            return self._exchange.etags
        if is_page_site(site):
            return self._exchange.pages if is_plain_text(text) else None
        origin = self._exchange.origin
        kind = self._scopes.reviewed(site, origin)
        is_declared = kind is not None and kind.forms is not None
        if not is_declared and (is_token(text) or (is_named(site) and is_opaque_token(text))):
            return EVERYWHERE
        is_own = self._scopes.is_own(site, origin)
        if not self._scopes.may_hold(text, site, origin) or (own and not is_own):
            return None
        scope = self._scopes.producing(site, origin, create=create)
        if scope is None:
            return None if create or self._scopes.standing(site, origin)[0] else _NEW if is_own else _OTHER
        return scope.key

    def is_new(self, found: Found, scope: str) -> bool:
        """Whether both values may be handles by their looks, and nobody knew them before."""
        other = found.other
        if self.is_old(found.legacy, scope):
            return False
        if isinstance(other, Partner):
            return True
        if scope == self._exchange.etags:
            return found.legacy.startswith("W/") == other.startswith("W/")
        if scope == self._exchange.pages:
            return is_plain_text(other)
        if scope != EVERYWHERE:
            return is_short_id(other) or is_token(other) or self.is_reviewed(found.site)
        looks = is_opaque_token if is_named(found.site) else is_token
        return other not in self._agreed and (looks(other) or is_short_id(other))

    def is_reviewed(self, site: Site) -> bool:
        """Whether ids stand at a place by a reviewed edge."""
        return self._scopes.reviewed(site, self._exchange.origin) is not None

    def may_be_written(self, legacy: str, other: str, scope: str) -> bool:
        """Whether the candidate may write an id in this way: in legacy's form, or in the one that is declared."""
        forms = self._scopes.forms(scope)
        if forms is not None and fits(legacy, forms[0]) and fits(other, forms[1]):
            return True
        return id_form(legacy) == id_form(other)

    def is_old(self, text: str, scope: str) -> bool:
        """Whether a value of legacy's was known before: bound, sent by a client, given by both sides."""
        if (scope, text) in self._exchange.carried or (scope == _OTHER and (ANYWHERE, text) in self._exchange.carried):
            return True
        if scope in {self._exchange.etags, self._exchange.pages}:
            return False
        if self._tables.theirs(scope, text, Side.CANDIDATE) is not None:
            return True
        return scope == EVERYWHERE and (text in self._sent or text in self._agreed)


def is_page_site(site: Site) -> bool:
    """Whether tokens of pages stand at a place: they mean something only to who asked for the page before."""
    return site.part in {Part.QUERY, Part.BODY} and is_page_name(site.name)


def may_be_page(site: Site, text: str) -> bool:
    """Whether a client may send the token of a page at a place: clients call it otherwise than answers do."""
    if site.part not in {Part.QUERY, Part.BODY}:
        return False
    return is_page_name(site.name) or is_token_name(site.name) or is_opaque_token(text)


def is_named(site: Site) -> bool:
    """Whether the name of a place says that tokens stand there."""
    return is_token_name(site.name) or site.part is Part.COOKIE
