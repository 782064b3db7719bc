"""Which roots are the same one on several routes and paths. Pure."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from crossfade.reports.findings.examples import is_telling, pairs
from crossfade.reports.findings.following import Link
from crossfade.reports.findings.places import is_field, is_status, leaf
from crossfade.reports.report import Cluster
from crossfade.shadow.exchange.difference import Kind

_REFUSED = "refused"  # the candidate's process is not there, whatever the route


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A root on one route, and what follows from it there."""

    root: Cluster
    followers: tuple[tuple[Cluster, Link], ...] = ()

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """The root first."""
        return self.root, *(cluster for cluster, _ in self.followers)

    @property
    def cause(self) -> str | None:
        """The id of the one cause of its clusters, the root's first; None without one.

        Where the root has none, a cause at its very place fits a few of the differences by chance.
        """
        others = (cluster for cluster, link in self.followers if link is not Link.PLACE)
        causes = {cluster.cause for cluster in (self.root, *others) if cluster.cause is not None}
        return self.root.cause or (causes.pop() if len(causes) == 1 else None)


def own_key(bundle: Bundle) -> tuple[str, ...]:
    """What is one root wherever it shows, or the root itself where nothing is known to be."""
    root = bundle.root
    if bundle.cause is not None:
        return "cause", bundle.cause
    if root.kind in {Kind.ADDED, Kind.MISSING} and leaf(root.path):
        return "field", root.path, root.kind
    if root.kind == Kind.FAILED and {example.candidate for example in root.examples} == {f'"{_REFUSED}"'}:
        return "failed", _REFUSED
    return "cluster", root.id


def join(bundles: Sequence[Bundle]) -> tuple[tuple[Bundle, ...], ...]:
    """The bundles that have one root, together; in their order."""
    groups: dict[int, list[Bundle]] = {}
    group_of: dict[Hashable, int] = {}
    for at, bundle in enumerate(bundles):
        keys = [own_key(bundle), *_shown(bundle)]
        known = sorted({group_of[key] for key in keys if key in group_of})
        group = known[0] if known else at
        groups.setdefault(group, []).append(bundle)
        for other in known[1:]:
            groups[group] += groups.pop(other)
            group_of.update({key: group for key, its in group_of.items() if its == other})
        group_of.update(dict.fromkeys(keys, group))
    return tuple(tuple(group) for group in groups.values())


def _shown(bundle: Bundle) -> Iterator[Hashable]:
    """Where nothing else tells: the field's name with a value of legacy's and what the candidate makes of it.

    Small numbers agree by chance, so it takes two such pairs. A status says too little: routes give 500 for 404 for
    reasons of their own.
    """
    root = bundle.root
    name = leaf(root.path)
    if bundle.cause is not None or is_status(root) or not name:
        return
    shown = {pair for cluster in _at_place(bundle) for pair in pairs(cluster)}
    strong = {pair for pair in shown if is_field(root) or any(map(is_telling, pair))}
    yield from ((name, root.kind, pair) for pair in strong)
    yield from ((name, root.kind, *two) for two in combinations(sorted(shown - strong), 2))


def _at_place(bundle: Bundle) -> Iterator[Cluster]:
    yield bundle.root
    yield from (cluster for cluster, link in bundle.followers if link is Link.PLACE)
