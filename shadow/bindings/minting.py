"""Which values were minted, by what the answers of two or three sides show, and what the sides call them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from crossfade.shadow.bindings.answers import Found, found_leaves, site_of
from crossfade.shadow.bindings.memory import Places, Seen
from crossfade.shadow.bindings.names import Part, Site, is_token_name
from crossfade.shadow.bindings.pairs import Leaf, Partner, differing, leaves
from crossfade.shadow.bindings.scopes import Origin, Scopes, is_id_site, is_own_site
from crossfade.shadow.bindings.shapes import is_jwt, is_opaque_token, is_short_id, is_token, jwt_claims
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.outcome import Reason


class Seems(Enum):
    """What a value of legacy's seems to be."""

    MINTED = auto()
    OPAQUE = auto()  # not minted, but nobody reads it: each side is to get its own, and a difference stays one
    PLAIN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What is known of a request: what it is about, the values it carried by scope, whether it may mint by itself."""

    route: str
    origin: Origin
    etags: str
    carried: frozenset[tuple[str, str]]
    write: bool


@dataclass(slots=True)
class Learnt:
    """What one answer showed: whether there is anything new, and what of a side's is legacy's in this very answer."""

    new: bool = False
    here: dict[Side, dict[str, str]] = field(default_factory=lambda: {side: {} for side in Side})


_NEW = "#new"
"""The scope of short ids of a kind that is not known yet."""

Values = Mapping[Side, Value | None]
"""The sides' answers with legacy's values as far as they are known; None of one that can't be held against legacy's."""


class Minting:
    """Learns from answers; what it concludes goes into the tables."""

    def __init__(self, tables: Tables, scopes: Scopes, capacity: int) -> None:
        self.sent = Seen(2 * capacity)
        self.agreed = Seen(2 * capacity)
        self.places = Places()
        self._tables = tables
        self._scopes = scopes

    def learn(self, exchange: Exchange, legacy: Value, others: Values, to_legacy: Callable[[Side, Value], Value]) -> Learnt:
        """``to_legacy`` gives a value of a side with legacy's values in it, for the claims of its tokens."""
        return _Lesson(self, self._tables, self._scopes, exchange, to_legacy).learn(legacy, others)

    def lose(self, exchange: Exchange, legacy: Value, reason: Reason) -> None:
        """Remembers what legacy may have minted in an answer to which there is no other: ids of what it is about."""
        lesson = _Lesson(self, self._tables, self._scopes, exchange, lambda _, value: value)
        for path, names, value in leaves(legacy):
            for found in found_leaves(Leaf(path, names, value, Partner.MISSING)):
                lesson.lose(found, reason)


class _Lesson:
    def __init__(
        self,
        minting: Minting,
        tables: Tables,
        scopes: Scopes,
        exchange: Exchange,
        to_legacy: Callable[[Side, Value], Value],
    ) -> None:
        self._minting = minting
        self._tables = tables
        self._scopes = scopes
        self._exchange = exchange
        self._to_legacy = to_legacy
        self._learnt = Learnt()
        self._secondary: dict[tuple[str | int, ...], Found] | None = None

    def learn(self, legacy: Value, others: Values) -> Learnt:
        candidate, secondary = others.get(Side.CANDIDATE), others.get(Side.SECONDARY)
        if secondary is not None:
            self._secondary = {found.path: found for found in self._differing(legacy, secondary)}
        if candidate is not None:
            ours = {found.path: found for found in self._differing(legacy, candidate)}
            for found in ours.values():
                self._candidates(found)
            self._secondarys(ours)
            self._equal(legacy, ours)
        elif Side.CANDIDATE in others:
            self._blocked(legacy)
        return self._learnt

    def lose(self, found: Found, reason: Reason) -> None:
        """A value that is new, and looks like an id that a client may send back."""
        scope = self._scope(found, own=True)
        if scope is not None and not self._is_old(found.legacy, scope):
            self._lose(found, reason)

    def _lose(self, found: Found, reason: Reason) -> None:
        scope = self._scope(found, create=True)
        if scope is not None and not scope.startswith("etag "):
            self._tables.lose(scope, found.legacy, reason)

    def _differing(self, legacy: Value, other: Value) -> list[Found]:
        return [found for leaf in differing(legacy, other, self._is_known) for found in found_leaves(leaf)]

    def _is_known(self, text: str) -> bool:
        return self._tables.knows(EVERYWHERE, text) or text in self._minting.agreed

    def _candidates(self, found: Found) -> None:
        """A leaf in which the candidate's answer differs from legacy's."""
        if self._has_known_pair(found):
            return
        seems = self._seems(found)
        if isinstance(found.other, Partner):
            if seems is Seems.MINTED:
                self._lose(found, Reason.BLOCKED if found.other is Partner.MISSING else Reason.FOREIGN_HANDLE)
        elif is_jwt(found.legacy) and is_jwt(found.other):
            self._bind_jwt(found, Side.CANDIDATE)
        elif seems is not Seems.PLAIN:
            self._bind(found, Side.CANDIDATE, opaque=seems is Seems.OPAQUE)

    def _bind(self, found: Found, side: Side, *, opaque: bool = False) -> None:
        scope = self._scope(found, create=True)
        if scope is None or isinstance(found.other, Partner):
            return
        if opaque:
            self._tables.rebind(scope, found.legacy, side, found.other, opaque=True)
        elif not self._tables.bind(scope, found.legacy, side, found.other):
            return
        self._learnt.new = True
        if opaque and self._secondary is not None and found.path not in self._secondary:
            self._tables.bind(scope, found.legacy, Side.SECONDARY, found.legacy)

    def _bind_jwt(self, found: Found, side: Side) -> None:
        """Tokens for the same person are the same: how they are signed, and when they were issued, is no difference."""
        if isinstance(found.other, Partner):
            return
        ours, theirs = jwt_claims(found.legacy), jwt_claims(found.other)
        same = ours is not None and theirs is not None and ours == self._to_legacy(side, theirs)
        self._tables.rebind(EVERYWHERE, found.legacy, side, found.other, opaque=not same)
        self._learnt.new = True
        if same:
            self._learnt.here[side][found.other] = found.legacy

    def _secondarys(self, candidates: Mapping[tuple[str | int, ...], Found]) -> None:
        """Leaves in which the secondary differs: it mints, too."""
        for path, found in (self._secondary or {}).items():
            if isinstance(found.other, Partner):
                continue
            if is_jwt(found.legacy) and is_jwt(found.other):
                self._bind_jwt(found, Side.SECONDARY)
                continue
            scope = self._scope(found)
            if scope is None:
                continue
            is_bound = self._tables.theirs(scope, found.legacy, Side.CANDIDATE) is not None
            if is_bound or (path in candidates and self._is_new(found, scope)):
                self._bind(found, Side.SECONDARY)
            elif path not in candidates and self._exchange.write and scope != EVERYWHERE and self._is_new(found, scope):
                self._bind(Found(path, found.site, found.legacy, found.legacy), Side.CANDIDATE)  # equal by chance
                self._bind(found, Side.SECONDARY)

    def _equal(self, legacy: Value, candidates: Mapping[tuple[str | int, ...], Found]) -> None:
        """What the candidate gave as legacy did: known to both; a number that a write minted is bound to itself."""
        for path, names, value in leaves(legacy):
            if path in candidates or not isinstance(value, str | int):
                continue
            text, site = str(value), site_of(names)
            if is_token(text) and not self._tables.knows(EVERYWHERE, text):
                self._minting.agreed.add((text,))
                self._tables.find(EVERYWHERE, (text,))
            elif self._exchange.write and is_id_site(site) and is_short_id(text):
                self._bind_to_itself(Found(path, site, text, text))

    def _bind_to_itself(self, found: Found) -> None:
        scope = self._scope(found, own=True)
        if scope is None or self._is_old(found.legacy, scope) or self._tables.knows(scope, found.legacy):
            return
        self._bind(found, Side.CANDIDATE)
        if self._secondary is not None and found.path not in self._secondary:
            self._bind(found, Side.SECONDARY)

    def _blocked(self, legacy: Value) -> None:
        """There is no answer of the candidate's to hold against legacy's."""
        for path, names, value in leaves(legacy):
            for found in found_leaves(Leaf(path, names, value, Partner.MISSING)):
                scope = self._scope(found, own=True)
                if scope is None or self._seems(found) is not Seems.MINTED:
                    continue
                self._lose(found, Reason.BLOCKED)
                theirs = (self._secondary or {}).get(found.path)
                if theirs is not None:
                    self._bind(theirs, Side.SECONDARY)

    def _seems(self, found: Found) -> Seems:
        scope = self._scope(found)
        if scope is None or not self._is_new(found, scope):
            return Seems.PLAIN
        if scope.startswith("etag "):
            return Seems.MINTED
        site, places = found.site, self._minting.places
        names = (site.part, *site.names)
        named = is_token_name(site.name) or site.part in {Part.COOKIE, Part.HEADER}
        theirs = None if self._secondary is None else self._secondary.get(found.path)
        fresh: bool | None
        if theirs is not None and isinstance(theirs.other, Partner):
            both = theirs.other is Partner.UNCLEAR is found.other
            fresh = both or places.mints(self._exchange.route, names)
        elif self._secondary is not None:
            fresh = theirs is not None
            places.saw(self._exchange.route, names, fresh=fresh)
        else:
            fresh = places.mints(self._exchange.route, names)
        if fresh is None:
            fresh = self._exchange.write or named
        if fresh:
            return Seems.MINTED
        return Seems.OPAQUE if named or (self._exchange.write and is_id_site(site)) else Seems.PLAIN

    def _is_new(self, found: Found, scope: str) -> bool:
        """Whether both values may be handles by their looks, and nobody knew them before."""
        other = found.other
        if self._is_old(found.legacy, scope):
            return False
        if isinstance(other, Partner):
            return True
        if scope.startswith("etag "):
            return found.legacy.startswith("W/") == other.startswith("W/")
        if scope != EVERYWHERE:
            return is_short_id(other) or is_token(other)
        looks = is_opaque_token if self._is_named(found.site) else is_token
        return other not in self._minting.agreed and (looks(other) or is_short_id(other))

    def _is_old(self, text: str, scope: str) -> bool:
        if scope.startswith("etag "):
            return False
        if (scope, text) in self._exchange.carried or (self._tables.knows(scope, text) and not self._is_half_known(scope, text)):
            return True
        return scope == EVERYWHERE and (text in self._minting.sent or text in self._minting.agreed)

    def _is_half_known(self, scope: str, text: str) -> bool:
        return self._tables.theirs(scope, text, Side.CANDIDATE) is None

    def _scope(self, found: Found, *, own: bool = False, create: bool = False) -> str | None:
        """Among which values legacy's is unique; None where it is no handle by its looks, or of no clear kind."""
        text, site = found.legacy, found.site
        if site.part is Part.HEADER and site.name == "etag":
            return self._exchange.etags
        if is_token(text) or (self._is_named(site) and is_opaque_token(text)):
            return EVERYWHERE
        if not is_id_site(site) or not is_short_id(text):
            return None
        if own and not is_own_site(site, self._exchange.origin):
            return None
        scope = self._scopes.producing(site, self._exchange.origin, create=create)
        if scope is None:
            return None if create or self._scopes.standing(site, self._exchange.origin)[0] else _NEW
        return scope.key

    def _is_named(self, site: Site) -> bool:
        return is_token_name(site.name) or site.part is Part.COOKIE

    def _has_known_pair(self, found: Found) -> bool:
        """Whether both sides give their own value of one known id: the place holds ids of that kind from now on."""
        if isinstance(found.other, Partner) or not is_id_site(found.site) or not is_short_id(found.legacy):
            return False
        kinds = [
            scope
            for scope in self._scopes
            if self._tables.theirs(scope.key, found.legacy, Side.CANDIDATE) == found.other
        ]
        if len(kinds) != 1 or not self._scopes.add_name(kinds[0], found.site, self._exchange.origin):
            return False
        self._learnt.new = True
        return True
