"""What a writer hands to a store: of each route what changed since the last commit, always as totals of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crossfade.shadow.evidence.latency import Latencies
from crossfade.shadow.evidence.records import (
    CheckCount,
    Place,
    PlaceCount,
    SignatureCount,
    Sort,
    StoredExample,
    Units,
    Way,
    WayCount,
)
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Check, Mutation
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCount:
    """How often a fingerprint was seen, and when. Times are seconds since the epoch."""

    count: int
    first_seen: float
    last_seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChanges:
    """One route. The numbers are always there, the maps hold what changed; see ``RouteEvidence`` for what they count.

    Of ``places`` and ``units`` each has its own changes: a place may change without its units.

    ``latencies`` are those of the running tally, to be read at once; None where they did not change. ``examples``:
    all of a fingerprint that has a new one.
    """

    info: RouteInfo
    entered: int
    distinct: int
    secondary_asked: int
    asked_again: int
    paired: int
    any_candidate: int
    any_secondary: int
    by_candidate: int
    settled: Mapping[tuple[Outcome, Reason], int]
    cut: Mapping[Reason, int]
    signatures: Mapping[Signature, SignatureCount]
    places: Mapping[Place, PlaceCount]
    ways: Mapping[Way, WayCount]
    units: Mapping[tuple[Way, Sort], Units]
    checks: Mapping[tuple[Place, Check], CheckCount]
    proofs: Mapping[tuple[Mutation, Signature], int]
    cross_reads: Mapping[tuple[str, Signature], int]
    clusters: Mapping[Fingerprint, ClusterCount]
    examples: Mapping[Fingerprint, Sequence[StoredExample]]
    latencies: Latencies | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that one commit writes; the digest and the build may become known while a run goes on."""

    rules_digest: str
    candidate_build: str
    routes: tuple[RouteChanges, ...] = ()


def by_key(entered: Mapping[RouteInfo, int]) -> dict[str, tuple[RouteInfo, int]]:
    """What entered, by the keys of routes: what is past the cap in HTTP and in gRPC is one route."""
    found: dict[str, tuple[RouteInfo, int]] = {}
    for route, count in ((storable_route(info), count) for info, count in entered.items()):
        first, before = found.get(route.key, (route, 0))
        found[route.key] = first, before + count
    return found


def storable(text: str) -> str:
    """Text that UTF-8 can write: a lone surrogate, as hostile bytes may leave one in a name, becomes its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def storable_route(info: RouteInfo) -> RouteInfo:
    """A route with names that can be written."""
    return info if info.key.isascii() else replace(info, route=storable(info.route), listener=storable(info.listener))


def storable_fingerprint(found: Fingerprint) -> Fingerprint:
    """A fingerprint that can be written."""
    if found.template.isascii() and found.cause.isascii() and found.transition.isascii():
        return found
    names = (found.template, found.cause, found.transition)
    template, cause, transition = map(storable, names)
    return replace(found, template=template, cause=cause, transition=transition)
