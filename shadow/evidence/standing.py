"""How a route stands, for who decides whether more clients may get the candidate's answers."""

from dataclasses import dataclass

from crossfade.shadow.evidence.claims import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStanding:
    """What one run proves of a route under the present rules.

    ``route`` is its key: its name, behind the name of its port where it has one. ``verdict`` is None where nothing is
    claimed of it; ``reason`` tells why it is not ``pass``, and ``claim`` is the whole sentence with its figures. Of
    ``n`` distinct units ``k`` diverge, at a rate of ``lower`` to ``upper`` (0 to 1). ``open_findings`` are the ids of
    what is open or suspicious on this route. Of the requests that the candidate answered, ``served_compared`` were
    compared, and ``served_diverged`` of these got what legacy does not answer. ``cross_reads``: how often something
    that the candidate wrote on this route was read through both sides, ``cross_matched`` how often they agreed.
    """

    route: str
    run_id: str
    legacy_build: str
    candidate_build: str
    stage: str
    verdict: Verdict | None
    reason: str
    claim: str
    n: int
    k: int
    lower: float
    upper: float
    compared_pct: float
    in_flight: int
    open_findings: tuple[str, ...] = ()
    served_compared: int = 0
    served_diverged: int = 0
    cross_reads: int = 0
    cross_matched: int = 0
