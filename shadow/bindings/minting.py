"""Which values were minted, by what the answers of two or three sides show, and what the sides call them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from crossfade.shadow.bindings.answers import Found, found_leaves, site_of
from crossfade.shadow.bindings.crossings import two_of_candidates, two_of_legacys
from crossfade.shadow.bindings.kinds import Exchange, Kinds, is_named
from crossfade.shadow.bindings.known import Known
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.pairs import Leaf, Partner, differing, leaves
from crossfade.shadow.bindings.scopes import Scopes, is_id_site, is_own_site
from crossfade.shadow.bindings.shapes import is_short_id, is_token, jwt_claims, jwt_ends_s
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.compare.decode.jwt import is_jwt
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.outcome import Reason

_Path = tuple[str | int, ...]
_QUEUED_S = 600.0
"""So much later, at most, the other sides are asked."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A side's answer with legacy's values as far as they are known, and where those ``mapped`` stand in it."""

    value: Value
    mapped: AbstractSet[tuple[Site, str]]


Values = Mapping[Side, Answered | None]
"""The sides' answers; None of one that can't be held against legacy's."""


class Seems(Enum):
    """What a value of legacy's seems to be."""

    MINTED = auto()
    OPAQUE = auto()  # not minted, but nobody reads it: each side is to get its own, and a difference stays one
    PLAIN = auto()


@dataclass(slots=True)
class Learnt:
    """What one answer showed: what of a side's is legacy's in this very answer."""

    here: dict[Side, dict[tuple[Site, str], str]] = field(default_factory=lambda: {side: {} for side in Side})

    def add(self, other: "Learnt") -> None:
        """Takes in what another part of the same answer showed."""
        for side, found in other.here.items():
            self.here[side] |= found


class Minting:
    """Learns from answers; what it concludes goes into the tables."""

    def __init__(self, known: Known) -> None:
        self.one_to_one = known.one_to_one
        self.sent = known.sent
        self.agreed = known.agreed
        self.places = known.places
        self._tables = known.tables
        self._scopes = known.scopes

    def learn(self, exchange: Exchange, legacy: Value, others: Values) -> Learnt:
        """Binds what was minted."""
        return self._lesson(exchange).learn(legacy, others)

    def renewed(self, exchange: Exchange, legacy: Value, other: Answered, side: Side) -> dict[tuple[Site, str], str]:
        """What a side minted anew when it was asked once more, where legacy mints in each answer, by legacy's value."""
        return {
            (found.site, found.other): found.legacy
            for found in self._lesson(exchange).differing(legacy, other)
            if isinstance(found.other, str)
            and self.places.mints(exchange.route, (found.site.part, *found.site.names))
            and is_token(found.other)
            and self._tables.knows(EVERYWHERE, found.legacy)
            and not self._tables.is_theirs(EVERYWHERE, found.other, side)
        }

    def lose(self, exchange: Exchange, legacy: Value, reason: Reason) -> None:
        """Remembers what legacy may have minted in an answer to which there is no other: ids of what it is about."""
        lesson = self._lesson(exchange)
        for found in _all_found(legacy):
            lesson.lose(found, reason)

    def hold_steady(self, exchange: Exchange, site: Site, text: str) -> None:
        """Nothing is minted at a place: what was taken for the candidate's own id is a difference from now on."""
        self.places.hold_steady(exchange.route, (site.part, *site.names))
        scope = self._scopes.producing(site, exchange.origin)
        theirs = None if scope is None else self._tables.theirs(scope.key, text, Side.CANDIDATE)
        if scope is not None and theirs not in {None, text}:
            self._tables.rebind(scope.key, text, Side.CANDIDATE, theirs, opaque=True)

    def saw_numbers(self, named: Iterable[tuple[str, str]]) -> None:
        """Both sides gave these numbers at these names: they are of no kind that has others there."""
        for name, text in named:
            if self._scopes.may_be_plain(name) and any(
                self._tables.theirs(scope.key, text, Side.CANDIDATE) not in {None, text} for scope in self._scopes
            ):
                self._scopes.saw_plain(name)

    def _lesson(self, exchange: Exchange) -> "_Lesson":
        kinds = Kinds(self._tables, self._scopes, self.sent, self.agreed, exchange)
        return _Lesson(self, self._tables, self._scopes, exchange, kinds)


class _Lesson:
    """What one exchange teaches."""

    def __init__(self, minting: Minting, tables: Tables, scopes: Scopes, exchange: Exchange, kinds: Kinds) -> None:
        self._minting = minting
        self._tables = tables
        self._scopes = scopes
        self._exchange = exchange
        self._kinds = kinds
        self._learnt = Learnt()
        self._secondary: dict[_Path, Found] | None = None

    def learn(self, legacy: Value, others: Values) -> Learnt:
        candidate, secondary = others.get(Side.CANDIDATE), others.get(Side.SECONDARY)
        if secondary is not None:
            self._secondary = {found.path: found for found in self.differing(legacy, secondary)}
        if candidate is not None:
            ours = {found.path: found for found in self.differing(legacy, candidate)}
            for found in ours.values():
                self._candidates(found)
            self._secondarys(ours)
            self._equal(legacy, ours)
        elif Side.CANDIDATE in others:
            self._blocked(legacy)
        else:
            self._secondary_alone()
        return self._learnt

    def differing(self, legacy: Value, other: Answered) -> list[Found]:
        """The places at which an answer differs from legacy's; tokens that hold other handles come last."""
        found = [
            _taken(found) if (found.site, found.other) in other.mapped else found
            for leaf in differing(legacy, other.value, self._is_known, self._scopes.names_at(self._exchange.origin))
            for found in found_leaves(leaf)
        ]
        return sorted(found, key=lambda item: is_jwt(item.legacy))

    def lose(self, found: Found, reason: Reason) -> None:
        """A value that is new, and looks like an id that a client may send back."""
        scope = self._kinds.scope(found, own=True)
        if scope is not None and not self._kinds.is_old(found.legacy, scope):
            self._lose(found, reason)

    def _lose(self, found: Found, reason: Reason) -> None:
        scope = self._kinds.scope(found, create=True)
        if scope is not None and scope != self._exchange.etags:
            self._tables.lose(scope, found.legacy, reason)

    def _is_known(self, text: str) -> bool:
        return self._tables.knows(EVERYWHERE, text) or text in self._minting.agreed

    def _candidates(self, found: Found) -> None:
        """A leaf in which the candidate's answer differs from legacy's."""
        seems = self._seems(found)
        if seems is not Seems.MINTED and self._is_known_pair(found):
            return
        if self._minting.one_to_one:
            self._tell_crossing(found, seems)
        if isinstance(found.other, Partner):
            if seems is Seems.MINTED:
                self._lose(found, Reason.FOREIGN_HANDLE if found.other is Partner.UNCLEAR else Reason.BLOCKED)
        elif is_jwt(found.legacy) and is_jwt(found.other):
            self._bind_jwt(found, found.other, Side.CANDIDATE)
        elif seems is not Seems.PLAIN:
            self._bind(found, Side.CANDIDATE, opaque=seems is Seems.OPAQUE or self._is_of_another_form(found))

    def _tell_crossing(self, found: Found, seems: Seems) -> None:
        """Where ids are not one to one, this very answer says so in the candidate's place."""
        scope = self._kinds.scope(found)
        if scope is None or is_named(found.site) or scope in {self._exchange.etags, self._exchange.pages}:
            return
        crossing = None
        if found.taken and seems is Seems.MINTED:
            crossing = two_of_legacys(self._tables, scope, found)
        elif isinstance(found.other, str) and seems is Seems.PLAIN:
            crossing = two_of_candidates(self._tables, scope, found)
        if crossing is not None:
            self._learnt.here[Side.CANDIDATE][found.site, crossing.theirs] = crossing.text

    def _is_of_another_form(self, found: Found) -> bool:
        """Whether an id is written in another way than legacy's, which a client that checks it does not take."""
        scope = self._kinds.scope(found)
        if is_named(found.site) or scope in {None, self._exchange.etags, self._exchange.pages}:
            return False
        return isinstance(found.other, str) and not self._kinds.may_be_written(found.legacy, found.other, scope)

    def _bind(self, found: Found, side: Side, *, opaque: bool = False) -> None:
        """Binds a pair; where the candidate's is another handle already, what legacy minted has none there."""
        scope, theirs = self._kinds.scope(found, create=True), found.other
        if scope is None or isinstance(theirs, Partner):
            return
        if opaque or scope == self._exchange.pages:
            self._tables.rebind(scope, found.legacy, side, theirs, opaque=opaque)
            if not opaque:
                self._learnt.here[side][found.site, theirs] = found.legacy
        elif not self._tables.bind(scope, found.legacy, side, theirs) and side is Side.CANDIDATE:
            self._lose(found, Reason.BLOCKED)
        if side is Side.CANDIDATE and self._secondary is not None and found.path not in self._secondary:
            self._tables.bind(scope, found.legacy, Side.SECONDARY, found.legacy)  # it gave the same

    def _bind_jwt(self, found: Found, theirs: str, side: Side) -> None:
        """Tokens for the same person are the same: whose key signs them, and when they were issued, is no matter."""
        ours, others = jwt_claims(found.legacy), jwt_claims(theirs)
        ends = [jwt_ends_s(found.legacy), jwt_ends_s(theirs)]
        same = ours is not None and others is not None and self._same_claims(ours, others, side) and _end_alike(*ends)
        self._tables.rebind(EVERYWHERE, found.legacy, side, theirs, opaque=not same)
        if same:
            self._learnt.here[side][found.site, theirs] = found.legacy

    def _same_claims(self, ours: dict[str, Any], theirs: dict[str, Any], side: Side) -> bool:
        if ours.keys() != theirs.keys():
            return False
        return all(value == theirs[name] or self._is_bound(value, theirs[name], side) for name, value in ours.items())

    def _is_bound(self, ours: object, theirs: object, side: Side) -> bool:
        """Whether two claims are one handle, of whatever kind."""
        scopes = (EVERYWHERE, *(scope.key for scope in self._scopes))
        return type(ours) is type(theirs) and any(
            self._tables.theirs(scope, str(ours), side) == str(theirs) for scope in scopes
        )

    def _secondarys(self, candidates: Mapping[_Path, Found]) -> None:
        """Leaves in which the secondary differs: it mints, too."""
        for path, found in (self._secondary or {}).items():
            scope = self._kinds.scope(found)
            if scope is None or isinstance(found.other, Partner):
                continue
            if is_jwt(found.legacy) and is_jwt(found.other):
                self._bind_jwt(found, found.other, Side.SECONDARY)
                continue
            is_bound = self._tables.theirs(scope, found.legacy, Side.CANDIDATE) is not None
            is_new = is_bound or self._kinds.is_new(found, scope)
            if path not in candidates and is_new and not is_bound:
                if not self._exchange.write or scope == EVERYWHERE:
                    continue  # the candidate has legacy's value: the secondary has drifted
                self._bind(Found(path, found.site, found.legacy, found.legacy), Side.CANDIDATE)  # equal by chance
            if is_new:
                self._bind(found, Side.SECONDARY)

    def _secondary_alone(self) -> None:
        """Nothing is said of the candidate here: it shows where legacy mints."""
        for found in (self._secondary or {}).values():
            scope = self._kinds.scope(found)
            if scope is None or isinstance(found.other, Partner) or not self._kinds.is_new(found, scope):
                is_bound = scope is not None and self._tables.knows(scope, found.legacy)
            else:
                self._minting.places.saw(self._exchange.route, (found.site.part, *found.site.names), fresh=True)
                is_bound = True
            if is_bound:
                self._bind(found, Side.SECONDARY)

    def _equal(self, legacy: Value, candidates: Mapping[_Path, Found]) -> None:
        """What the candidate gave as legacy did: known to both; a number that a write minted is bound to itself."""
        for path, names, value in leaves(legacy):
            if path in candidates or not isinstance(value, str | int):
                continue
            text, site = str(value), site_of(names)
            if is_token(text) and not self._tables.knows(EVERYWHERE, text):
                self._minting.agreed.add((text,))
                self._tables.find(EVERYWHERE, (text,))
            elif self._scopes.may_hold(text, site, self._exchange.origin):
                self._same_number(Found(path, site, text, text))

    def _same_number(self, found: Found) -> None:
        """A number that both sides gave: a write's own is bound to itself, another one is plain."""
        is_reviewed = self._kinds.is_reviewed(found.site)
        if is_reviewed or is_own_site(found.site, self._exchange.origin):
            if is_reviewed or self._exchange.write:
                self._bind_to_itself(found)
        else:
            self._minting.saw_numbers(((found.site.name, found.legacy),))

    def _bind_to_itself(self, found: Found) -> None:
        scope = self._kinds.scope(found, own=True)
        if scope is None or self._kinds.is_old(found.legacy, scope) or self._tables.knows(scope, found.legacy):
            return
        self._bind(found, Side.CANDIDATE)
        if self._secondary is not None and found.path not in self._secondary:
            self._bind(found, Side.SECONDARY)

    def _blocked(self, legacy: Value) -> None:
        """There is no answer of the candidate's to hold against legacy's."""
        for found in _all_found(legacy):
            if self._kinds.scope(found, own=True) is None or self._seems(found) is not Seems.MINTED:
                continue
            self._lose(found, Reason.BLOCKED)
            theirs = (self._secondary or {}).get(found.path)
            if theirs is not None:
                self._bind(theirs, Side.SECONDARY)

    def _seems(self, found: Found) -> Seems:
        scope = self._kinds.scope(found)
        if scope is None or not self._kinds.is_new(found, scope):
            return Seems.PLAIN
        if scope == self._exchange.etags:
            return Seems.MINTED
        site = found.site
        named = is_named(site) or site.part is Part.HEADER
        fresh = self._is_fresh(found)
        if fresh is None:
            fresh = self._exchange.write or named
        if fresh:
            return Seems.MINTED
        return Seems.OPAQUE if named or (self._exchange.write and is_id_site(site)) else Seems.PLAIN

    def _is_fresh(self, found: Found) -> bool | None:
        """Whether two instances of legacy give values of their own at a place, here or before; None: nobody knows."""
        places, names = self._minting.places, (found.site.part, *found.site.names)
        if self._kinds.is_reviewed(found.site):
            return True
        if self._secondary is None:
            return places.mints(self._exchange.route, names)
        theirs = self._secondary.get(found.path)
        if theirs is not None and isinstance(theirs.other, Partner):
            both_unclear = theirs.other is Partner.UNCLEAR is found.other
            return both_unclear or places.mints(self._exchange.route, names)
        places.saw(self._exchange.route, names, fresh=theirs is not None)
        return theirs is not None

    def _is_known_pair(self, found: Found) -> bool:
        """Whether both sides give their own value of one known id, where such ids are not known to stand yet."""
        if isinstance(found.other, Partner) or not is_id_site(found.site) or not is_short_id(found.legacy):
            return False
        legacys = ((scope, self._tables.legacys(scope.key, found.other, Side.CANDIDATE)) for scope in self._scopes)
        kinds = [scope for scope, legacy in legacys if legacy == found.legacy]
        if len(kinds) != 1:
            return False
        self._scopes.saw(kinds[0].key, found.site, self._exchange.origin, found.legacy)
        self._learnt.here[Side.CANDIDATE][found.site, found.other] = found.legacy
        return True


def _taken(found: Found) -> Found:
    return replace(found, other=Partner.TAKEN, taken=found.other if isinstance(found.other, str) else "")


def _end_alike(ours: float | None, theirs: float | None) -> bool:
    """Whether two tokens that do not say when they were issued may last as long."""
    return ours is theirs if ours is None or theirs is None else abs(ours - theirs) <= _QUEUED_S


def _all_found(legacy: Value) -> Iterator[Found]:
    for path, names, value in leaves(legacy):
        yield from found_leaves(Leaf(path, names, value, Partner.MISSING))
