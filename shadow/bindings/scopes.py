"""Short ids mean something only among those of one kind: which kind stands at which place. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crossfade.shadow.bindings.edges import NO_EDGES, Edges, Place, endpoint_of
from crossfade.shadow.bindings.names import ANY, Part, Site, entity_of, is_id_name, is_plural, words_of
from crossfade.shadow.bindings.shapes import is_plain_text, is_short_id
from crossfade.shadow.bindings.texts import path_names
from crossfade.shadow.exchange import Protocol, Request

_MAX_SCOPES = 1000
_MIN_HITS = 3
_WRAPPERS = frozenset({"data", "result", "results", "item", "items", "response", "payload", "message", "value", "body"})
_MAX_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a request is about: the ``home`` of its collection, and the ``entities`` that an ``id`` of it may be.

    ``endpoint`` is what it asks, "" where that is not known.
    """

    home: str
    entities: tuple[str, ...]
    endpoint: str = ""


@dataclass(slots=True, eq=False)
class Scope:
    """Ids of one kind: ``homes`` are the paths of their collections, ``entities`` what fields call them.

    ``forms``: how legacy and candidate write them, where the contract says that this differs.
    """

    key: str
    forms: tuple[str, str] | None = None
    homes: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)


def origin_of(request: Request) -> Origin:
    """The collection in a path, or the service and what the name of its method is about: GetBuild, build."""
    if request.protocol is Protocol.GRPC:
        return _origin_of_call(endpoint_of(request))
    names = path_names(request.target.partition("?")[0])
    return collection_of(names, f"{request.method} /{'/'.join(names)}")


def origin_at(endpoint: str) -> Origin:
    """What requests to an endpoint are about."""
    method, mark, path = endpoint.partition(" /")
    if not mark:
        return _origin_of_call(method)
    return collection_of(tuple(filter(None, path.split("/"))), endpoint)


def _origin_of_call(name: str) -> Origin:
    service, _, method = name.rpartition("/")
    words = words_of(method)[1:] or words_of(method)
    whole = entity_of("_".join(words))
    entities = (whole, *map(entity_of, reversed(words[:_MAX_WORDS])))
    return Origin(home=f"{service}/{whole}", entities=tuple(dict.fromkeys(filter(None, entities))), endpoint=name)


def collection_of(names: tuple[str, ...], endpoint: str = "") -> Origin:
    """The last collection in a path, all of it where no segment looks like one."""
    end = next((at for at in range(len(names), 0, -1) if names[at - 1] != ANY and is_plural(names[at - 1])), 0)
    end = end or next((at for at in range(len(names), 0, -1) if names[at - 1] != ANY), 0)
    home = names[:end]
    return Origin(home="/" + "/".join(home), entities=(entity_of(home[-1]),) if home else (), endpoint=endpoint)


def is_id_site(site: Site) -> bool:
    """Whether ids stand at a place by its name; in a path, behind any word."""
    if site.part is Part.PATH:
        return len(site.names) > 1 and site.names[-1] == ANY
    return site.part in {Part.QUERY, Part.BODY} and is_id_name(site.name)


def entity_at(place: Place) -> str:
    """What the ids at a place belong to by its name, "" where that says nothing."""
    site = place.site
    if not is_id_site(site):
        return ""
    _, entities = _subject(site, origin_at(place.endpoint))
    return entities[0] if entities else ""


def is_own_site(site: Site, origin: Origin) -> bool:
    """Whether a place holds ids of what the request is about, not of something that is named there."""
    return _subject(site, origin)[0] is not None


class Scopes:
    """The kinds of ids that were seen, at most 1,000, and those of reviewed edges."""

    def __init__(self, edges: Edges = NO_EDGES) -> None:
        self._edges = edges
        self._scopes: list[Scope] = []
        self._homes: dict[str, list[Scope]] = {}
        self._entities: dict[str, list[Scope]] = {}
        self._hits: dict[tuple[str | None, str], dict[str, set[str]]] = {}
        self._plain: set[str] = set()
        self._reviewed = {kind: self._of_edges(kind, places, forms) for kind, places, forms in edges.kinds()}
        self.has_edges = bool(edges)
        self.has_closed = any(not edge.seeded for edge in edges.edges)
        self.declared = tuple(scope for scope in self._reviewed.values() if scope.forms)
        """Those whose ids the candidate writes in a form of its own, as the contract says."""

    def __len__(self) -> int:
        return len(self._scopes)

    def __iter__(self) -> Iterator[Scope]:
        return iter(self._scopes)

    def forms(self, key: str) -> tuple[str, str] | None:
        """The declared forms of the kind with this key."""
        return next((scope.forms for scope in self.declared if scope.key == key), None)

    def touch(self, origin: Origin) -> bool:
        """Whether a reviewed edge has a place in these requests or their answers."""
        return self._edges.touch(origin.endpoint)

    def reviewed(self, site: Site, origin: Origin) -> Scope | None:
        """The kind of the ids at a place of a reviewed edge."""
        return self._reviewed.get(self._edges.kind_at(Place(origin.endpoint, site)) or "") if self._edges else None

    def may_hold(self, text: str, site: Site, origin: Origin) -> bool:
        """Whether a text may be an id of one kind at a place: of any looks at one of a reviewed edge."""
        kind = self._edges.kind_at(Place(origin.endpoint, site)) if self._edges else None
        if kind is not None:
            return bool(kind) and is_plain_text(text)
        return is_id_site(site) and is_short_id(text)

    def is_closed(self, site: Site, origin: Origin) -> bool:
        """Whether nothing may stand at a place of requests but ids that answers gave."""
        return self._edges.is_closed(Place(origin.endpoint, site))

    def is_own(self, site: Site, origin: Origin) -> bool:
        """Whether a place holds ids of what the request is about, or such as an edge says that it gives."""
        return is_own_site(site, origin) or self.reviewed(site, origin) is not None

    def names_at(self, origin: Origin) -> frozenset[str]:
        """The names at which ids stand in the answers to these requests by reviewed edges."""
        return self._edges.names_at(origin.endpoint)

    def producing(self, site: Site, origin: Origin, *, create: bool = False) -> Scope | None:
        """The kind of the ids that are minted at a place; None where it can't be told from others, or is not known."""
        if (reviewed := self.reviewed(site, origin)) is not None:
            return reviewed
        at, entities = _subject(site, origin)
        if at is not None:
            if at in self._homes:
                return self._homes[at][0]
            homeless = [scope for name in entities for scope in self._entities.get(name, ()) if not scope.homes]
            if not create:
                return homeless[0] if homeless else None
            return self._named(homeless[0] if homeless else self._new(f"#{at}", entities[:1]), at, entities[:1])
        for name in entities:
            known = self._entities.get(name, [])
            if known:
                return known[0] if len(known) == 1 else None
        return self._new(f"#the {entities[0]}", entities[:1]) if entities and create else None

    def standing(self, site: Site, origin: Origin) -> tuple[list[Scope], list[Scope]]:
        """The kinds whose ids may stand at a place: those of its very collection, and those of its name."""
        if (reviewed := self.reviewed(site, origin)) is not None:
            return [reviewed], []
        at, entities = _subject(site, origin)
        near = list(self._homes.get(at, ())) if at is not None else []
        named = [scope for name in entities for scope in self._entities.get(name, ()) if scope not in near]
        return (near, named) if near or at is not None else (named, [])

    def saw(self, key: str, site: Site, origin: Origin, text: str) -> None:
        """An id of the kind with this key was seen at a place; after three the place holds ids of this kind."""
        scope = next((scope for scope in self._scopes if scope.key == key), None)
        at, entities = _subject(site, origin)
        name = entities[0] if entities else ""
        if len(self._hits) >= _MAX_SCOPES or (at in self._homes if at is not None else name in self._entities):
            return
        seen = self._hits.setdefault((at, name), {}).setdefault(key, set())
        seen.add(text)
        if len(seen) >= _MIN_HITS:
            del self._hits[at, name]
            self._named(scope, at, () if at is not None or not name else (name,))

    def may_be_plain(self, name: str) -> bool:
        """Whether it is not known what ids of this name are."""
        entity = entity_of(name)
        return entity not in self._entities and entity not in self._plain

    def saw_plain(self, name: str) -> None:
        """Numbers of this name were seen to be the same on both sides."""
        if len(self._plain) < _MAX_SCOPES:
            self._plain.add(entity_of(name))

    def is_unclear(self, site: Site, origin: Origin) -> bool:
        """Whether a place is said to hold ids of a kind that was never seen, under any name."""
        at, entities = _subject(site, origin)
        return at is None and entities[0] not in self._entities and entities[0] not in self._plain

    def _of_edges(self, kind: str, places: tuple[Place, ...], forms: tuple[str, str] | None) -> Scope:
        """The kind of an edge: what stands elsewhere under the names of its places is of this kind, too."""
        scope = Scope(f"#kind {kind}", forms)
        self._scopes.append(scope)
        for place in places:
            if is_id_site(place.site):
                at, entities = _subject(place.site, origin_at(place.endpoint))
                self._named(scope, at, entities[:1])
        return scope

    def _new(self, key: str, entities: tuple[str, ...]) -> Scope | None:
        """``key`` says what it is, so that two who see the same give it the same one."""
        if len(self._scopes) >= _MAX_SCOPES:
            return None
        scope = Scope(key)
        self._scopes.append(scope)
        return self._named(scope, None, entities)

    def _named(self, scope: Scope | None, home: str | None, entities: tuple[str, ...]) -> Scope | None:
        if scope is None:
            return None
        if home is not None and home not in scope.homes:
            scope.homes.add(home)
            self._homes.setdefault(home, []).append(scope)
        for name in entities:
            if name and name not in scope.entities:
                scope.entities.add(name)
                self._entities.setdefault(name, []).append(scope)
        return scope


def _subject(site: Site, origin: Origin) -> tuple[str | None, tuple[str, ...]]:
    """The collection whose ids stand at a place, None where only a name says it; and names, the likeliest first."""
    if site.part is Part.PATH:
        found = Origin(home="/" + "/".join(site.names[:-1]), entities=(entity_of(site.name),))
        return found.home, found.entities
    own = entity_of(site.name)
    if own and own not in origin.entities:
        return None, (own,)
    if own:
        return origin.home, (own,)
    owner = site.owner
    if site.part is Part.BODY and owner and owner.lower() not in _WRAPPERS and entity_of(owner) not in origin.entities:
        return None, (entity_of(owner),)
    return origin.home, origin.entities
