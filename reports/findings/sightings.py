"""In which comparisons of a route its clusters were seen, as far as its signatures tell. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crossfade.reports.report import Cluster
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.exchange.difference import Signature


class Sightings:
    """Of each cluster the signatures that hold it, as bits of a number."""

    def __init__(self, signatures: Mapping[Signature, SignatureCount], route: str) -> None:
        """``route`` is the name by which the ids of its clusters are made."""
        self._counts = tuple(seen.count for seen in signatures.values())
        ids: dict[object, str] = {}
        found: defaultdict[str, int] = defaultdict(int)
        for at, signature in enumerate(signatures):
            for fingerprint in signature:
                cluster_id = ids.get(fingerprint) or ids.setdefault(fingerprint, fingerprint.cluster_id(route))
                found[cluster_id] |= 1 << at
        self._found: Mapping[str, int] = dict(found)

    def only_with(self, cluster: Cluster, others: Iterable[Cluster]) -> bool:
        """Whether one of the others came with it each time it was seen.

        Where a bound of the evidence leaves open with what it was seen, it was not.
        """
        ours = self._found.get(cluster.id, 0)
        return bool(ours) and not ours & ~self._any(others) and self._requests(ours) == cluster.count

    def together(self, one: Cluster, other: Cluster) -> int:
        """In how many comparisons both were seen."""
        return self._requests(self._any([one]) & self._any([other]))

    def any_of(self, clusters: Iterable[Cluster]) -> int:
        """In how many comparisons at least one of them was seen, as far as that is known."""
        clusters = tuple(clusters)
        return max(self._requests(self._any(clusters)), *(cluster.count for cluster in clusters))

    def key(self, cluster: Cluster) -> int:
        """The same for clusters that were always seen together, where that is certain; else another one, below 0."""
        ours = self._found.get(cluster.id, 0)
        return ours if self._requests(ours) == cluster.count else -int(cluster.id, 16) - 1

    def _any(self, clusters: Iterable[Cluster]) -> int:
        bits = 0
        for cluster in clusters:
            bits |= self._found.get(cluster.id, 0)
        return bits

    def _requests(self, bits: int) -> int:
        total = 0
        while bits:
            lowest = bits & -bits
            total += self._counts[lowest.bit_length() - 1]
            bits ^= lowest
        return total
