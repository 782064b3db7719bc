"""Outcomes and statuses as views: the stored signatures under the present noise and accept rules. Pure."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crossfade.shadow.evidence.findings import PlaceView, Status, Surfaced
from crossfade.shadow.evidence.noise import noisy_places
from crossfade.shadow.evidence.records import RouteEvidence
from crossfade.shadow.exchange.difference import Fingerprint, Kind, Signature
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.outcome import COMPARED, Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule:
    """A difference that may stay: globs for route, path template and kind; nothing after the day ``expires``.

    A candidate that gave no answer is never accepted.
    """

    route: str
    path: str
    kind: str
    reason: str
    expires: datetime.date | None

    def has_expired(self, today: datetime.date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires

    def accepts(self, route: RouteInfo, fingerprint: Fingerprint) -> bool:
        """Whether it matches a cluster, expired or not."""
        pairs = ((fingerprint.template, self.path), (fingerprint.kind, self.kind))
        matches = all(glob(pattern).matches(text) for text, pattern in pairs)
        return matches and fingerprint.kind != Kind.FAILED and glob_matches(self.route, route.route, route.listener)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """Counts of one route.

    ``total`` requests entered, of which ``eligible`` leaves out those that were skipped on purpose; ``left_out`` are
    all that were not compared, by reason. ``in_flight`` is below 0 where more ended than entered.
    ``distinct`` is n, the units of the claim (``unit``) that were compared. Of them ``divergent`` (k) have a difference
    at an open place that a second look did not resolve; ``undecided`` are further ones, with a difference at a place
    that is not decided; ``transient`` have a difference that the second look did not show, at a place of either sort.
    ``secondary_asked``: comparisons in which the secondary answered at the first look; ``asked_again``: those with a
    second look. ``has_secondary``: there is one, so that a difference may be noise.
    """

    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, int]
    statuses: Mapping[Fingerprint, Status]
    total: int
    in_flight: int
    eligible: int
    compared: int
    distinct: int
    divergent: int
    undecided: int = 0
    transient: int = 0
    places: tuple[PlaceView, ...] = ()
    surfaced: Surfaced = field(default_factory=Surfaced)
    left_out: Mapping[Reason, int] = field(default_factory=dict)
    secondary_asked: int = 0
    asked_again: int = 0
    has_secondary: bool = False
    unit: str = "request"

    @property
    def compared_pct(self) -> float:
        """The share of eligible requests that were compared, 0 where none was eligible."""
        return 100 * self.compared / self.eligible if self.eligible else 0.0


def view_route(route: RouteEvidence, accepted: Iterable[AcceptRule], today: datetime.date) -> RouteView:
    """One route under the present rules."""
    rules = [rule for rule in accepted if not rule.has_expired(today)]
    statuses = _statuses(route, rules)
    outcomes = _outcomes(route, statuses)
    total = max(route.entered, sum(outcomes.values()))
    eligible = total - outcomes[Outcome.SKIPPED]
    divergent = sum(seen.distinct for signature, seen in route.signatures.items() if _is_open(signature, statuses))
    reasons: Counter[str] = Counter()
    for (_, reason), count in route.settled.items():
        reasons[reason.value] += count
    for reason, count in route.cut.items():
        reasons[reason.value] += count
    return RouteView(
        outcomes=outcomes,
        reasons=reasons,
        statuses=statuses,
        total=total,
        in_flight=total - sum(outcomes.values()),
        eligible=eligible,
        compared=sum(outcomes[outcome] for outcome in COMPARED),
        distinct=route.distinct,
        divergent=min(divergent, route.distinct),
    )


def _statuses(route: RouteEvidence, rules: list[AcceptRule]) -> dict[Fingerprint, Status]:
    noisy = noisy_places(route.noise)
    found = {}
    for signature in route.signatures:
        for fingerprint in signature:
            if fingerprint.kind == Kind.FAILED:
                found[fingerprint] = Status.OPEN  # no answer is no difference that may stay
            elif any(rule.accepts(route.info, fingerprint) for rule in rules):
                found[fingerprint] = Status.ACCEPTED
            elif (fingerprint.template, fingerprint.kind) in noisy:
                found[fingerprint] = Status.NOISE
            else:
                found[fingerprint] = Status.OPEN
    return found


def _outcomes(route: RouteEvidence, statuses: Mapping[Fingerprint, Status]) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
    for (outcome, _), count in route.settled.items():
        counts[outcome] += count
    for signature, seen in route.signatures.items():
        counts[_outcome(signature, statuses)] += seen.count
    return counts


def _outcome(signature: Signature, statuses: Mapping[Fingerprint, Status]) -> Outcome:
    if not signature:
        return Outcome.MATCHED
    if any(fingerprint.kind == Kind.FAILED for fingerprint in signature):
        return Outcome.CANDIDATE_FAILED
    return Outcome.DIVERGED if _is_open(signature, statuses) else Outcome.NOISE


def _is_open(signature: Signature, statuses: Mapping[Fingerprint, Status]) -> bool:
    return any(statuses[fingerprint] is Status.OPEN for fingerprint in signature)
