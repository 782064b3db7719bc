"""Reviewed edges: which places of requests hold values of which places of answers, whatever their names say. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.texts import path_names
from crossfade.shadow.exchange import Protocol, Request

_READABLE = "*!\"#$&'()+,:;<=>?@[\\]^`{|}"


@dataclass(frozen=True, slots=True)
class Place:
    """A site in the requests to an endpoint, or in its answers."""

    endpoint: str
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What stands at ``consumer`` in requests comes from ``producers`` in answers; ids of one ``kind``.

    ``forms``: how an id is written by legacy and by the candidate, where the contract says that this differs (see
    ``forms``). ``plain``: a person says that no ids stand at the consumer, whatever its name or its values look like.
    ``seeded``: an id that no answer gave is the same for all sides; else it is another one's, or its answer was lost.
    """

    kind: str
    consumer: Place
    producers: tuple[Place, ...]
    forms: tuple[str, str] | None = None
    plain: bool = False
    seeded: bool = True


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges that a person reviewed, by their places."""

    edges: tuple[Edge, ...] = ()
    _kinds: Mapping[Place, str] = field(init=False, repr=False)
    _closed: frozenset[Place] = field(init=False, repr=False)
    _names: Mapping[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kinds = {place: edge.kind for edge in self.edges if not edge.plain for place in places_of(edge)}
        kinds.update((edge.consumer, "") for edge in self.edges if edge.plain)
        object.__setattr__(self, "_kinds", kinds)
        closed = frozenset(edge.consumer for edge in self.edges if not edge.seeded and not edge.plain)
        object.__setattr__(self, "_closed", closed)
        names: dict[str, set[str]] = {}
        for place in kinds:
            names.setdefault(place.endpoint, set()).add(place.site.name)
        object.__setattr__(self, "_names", {endpoint: frozenset(found) for endpoint, found in names.items()})

    def __bool__(self) -> bool:
        return bool(self.edges)

    def kind_at(self, place: Place) -> str | None:
        """The kind of ids at a place, "" where a person says that none stand there, None where no edge tells."""
        return self._kinds.get(place)

    def is_closed(self, place: Place) -> bool:
        """Whether nothing may stand at a place of requests but what answers gave."""
        return place in self._closed

    def as_legacys(self) -> "Edges":
        """The same edges between two runs of legacy, which write ids in one way."""
        return Edges(tuple(replace(edge, forms=None) for edge in self.edges))

    def touch(self, endpoint: str) -> bool:
        """Whether a place of an endpoint is known."""
        return endpoint in self._names

    def names_at(self, endpoint: str) -> frozenset[str]:
        """The innermost names of the places of an endpoint."""
        return self._names.get(endpoint, frozenset())

    def kinds(self) -> Iterator[tuple[str, tuple[Place, ...], tuple[str, str] | None]]:
        """Each kind with its places and its declared forms, in order."""
        kept = [edge for edge in self.edges if not edge.plain]
        for kind in dict.fromkeys(edge.kind for edge in kept):
            edges = [edge for edge in kept if edge.kind == kind]
            places = dict.fromkeys(place for edge in edges for place in places_of(edge))
            yield kind, tuple(places), next((edge.forms for edge in edges if edge.forms), None)


NO_EDGES = Edges()


def places_of(edge: Edge) -> tuple[Place, ...]:
    """All places of an edge."""
    return (*edge.producers, edge.consumer)


def endpoint_of(request: Request) -> str:
    """What a request asks, by itself: its method and path with ``*`` for values, or the name of a call."""
    path = request.target.partition("?")[0]
    if request.protocol is Protocol.GRPC:
        return path.strip("/")
    return f"{request.method} /{'/'.join(path_names(path))}"


def place_text(place: Place) -> str:
    """A place on one line: ``GET /orders/* path/orders/*``; see ``read_place``."""
    return f"{place.endpoint} {'/'.join((place.site.part.value, *map(_quoted, place.site.names)))}"


def read_place(text: str) -> Place:
    """The place of a line. Raises: ValueError."""
    endpoint, mark, site = text.rpartition(" ")
    part, *names = site.split("/")
    if not mark or not endpoint or part not in set(Part):
        raise ValueError(f"expected an endpoint and a place such as 'GET /orders/* path/orders/*', got {text[:200]!r}")
    return Place(endpoint, Site(Part(part), tuple(map(unquote, names))))


def edges_among(edges: Iterable[Edge]) -> Edges:
    """These edges in a fixed order."""
    return Edges(tuple(sorted(edges, key=lambda edge: (edge.kind, place_text(edge.consumer)))))


def _quoted(name: str) -> str:
    return quote(name, safe=_READABLE)
