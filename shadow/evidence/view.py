"""Outcomes and statuses as views: what is stored under the present rules. Pure."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from crossfade.shadow.evidence.conclusions import Excess, PlaceView, Status, Surfaced
from crossfade.shadow.evidence.noise_excess import excesses
from crossfade.shadow.evidence.places import JudgedPlaces, judge_places
from crossfade.shadow.evidence.records import Place, RouteEvidence, RunInfo, Sort
from crossfade.shadow.evidence.remaining import Remaining, set_aside
from crossfade.shadow.evidence.transitions import open_sets, with_closed_sets
from crossfade.shadow.evidence.unit_counts import fewest, most
from crossfade.shadow.exchange.difference import ANY, OTHER, Fingerprint, Kind, Signature
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.observations import Mutation
from crossfade.shadow.exchange.outcome import COMPARED, Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches

_ON_PURPOSE = frozenset(
    {
        Reason.SAMPLED_OUT,
        Reason.POLICY,
        Reason.RULE,
        Reason.MIRROR_OFF,
        Reason.SERVED_BY_CANDIDATE,
        Reason.LOOP,
        Reason.NOT_PORTED,
        Reason.CLIENT_CANCELLED,
    }
)
"""Skipped because somebody wanted it, or had nothing to compare; any other skip may hide what a claim is about."""

_UNTOLD = "? -> ?"
"""Stands for that of an injected fault of which it is not told: a rule for any transition accepts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule:
    """A difference that may stay: globs for route, path template, kind and transition; until the day ``expires``.

    A difference without a transition has the empty one. A candidate that gave no answer is never accepted. ``id`` is
    what parity tests call it, "" where it has no name.
    """

    route: str
    path: str
    kind: str
    reason: str
    expires: datetime.date | None
    transition: str = "*"
    id: str = ""

    def has_expired(self, today: datetime.date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires

    def accepts(self, route: RouteInfo, fingerprint: Fingerprint) -> bool:
        """Whether it matches a cluster, expired or not."""
        pairs = (
            (fingerprint.template, self.path),
            (fingerprint.kind, self.kind),
            (fingerprint.transition, self.transition),
        )
        matches = all(glob(pattern).matches(text) for text, pattern in pairs)
        return matches and fingerprint.kind != Kind.FAILED and glob_matches(self.route, route.route, route.listener)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """Counts of one route.

    ``total`` requests entered, of which ``eligible`` leaves out those that were skipped on purpose; ``left_out`` are
    all that were not compared, by reason. ``in_flight`` is below 0 where more ended than entered.
    ``distinct`` is n, the units of the claim (``unit``) that were compared. Of them ``divergent`` (k) have a difference
    at an open place that a second look did not resolve, ``certain`` at least at places where chance is ruled out;
    ``undecided`` are further ones, with a difference at a place that is not decided; ``transient`` have a difference
    that the second look did not show, at a place of either sort, ``certain_transient`` at one where chance is ruled
    out. ``transient_at_most``: where there are any, with those that were not looked at again and may be of that sort.
    ``excesses`` bound what noise may hide.
    ``secondary_asked``: comparisons in which the secondary answered at the first look; ``asked_again``: those with a
    second look. ``has_secondary``: there is one, so that a difference may be noise.
    ``by_candidate``: of ``total``, the requests that the candidate answered; of these, ``compared_by_candidate`` were
    compared, and in ``diverged_by_candidate`` the client got what legacy does not answer. ``cross_reads``: by the key
    of a route on which the candidate wrote, how often what it wrote was read here, and how often the sides agreed.
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
    certain: int = 0
    undecided: int = 0
    transient: int = 0
    transient_at_most: int = 0
    certain_transient: int = 0
    places: tuple[PlaceView, ...] = ()
    excesses: tuple[Excess, ...] = ()
    surfaced: Surfaced = field(default_factory=Surfaced)
    left_out: Mapping[Reason, int] = field(default_factory=dict)
    secondary_asked: int = 0
    asked_again: int = 0
    has_secondary: bool = False
    unit: str = "request"
    by_candidate: int = 0
    compared_by_candidate: int = 0
    diverged_by_candidate: int = 0
    cross_reads: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def compared_pct(self) -> float:
        """The share of eligible requests that were compared, 0 where none was eligible."""
        return 100 * self.compared / self.eligible if self.eligible else 0.0


def view_route(
    route: RouteEvidence, accepted: Iterable[AcceptRule], today: datetime.date, run: RunInfo | None = None
) -> RouteView:
    """One route under the present rules; ``run`` tells the unit, and whether a secondary is there, if yet silent.

    The route has all its transitions. Where they are no closed set, only a rule for any transition accepts them: one
    for none was made for what had none.
    """
    of_any = open_sets(route)
    route = with_closed_sets(route)
    rules = [rule for rule in accepted if not rule.has_expired(today)]
    has_secondary = bool(route.secondary_asked or route.asked_again) or (run is not None and run.secondary)
    left = set_aside(route, lambda item: any(rule.accepts(route.info, _of_any(item, of_any)) for rule in rules))
    judged = judge_places(left, has_secondary=has_secondary)
    statuses = _statuses(left, judged)
    outcomes = _outcomes(route, statuses)
    left_out = _left_out(route)
    ended = sum(outcomes.values())
    total = max(route.entered, ended)
    counted, differing = judged.of(Status.OPEN), judged.of(Status.OPEN, Status.UNDECIDED)
    divergent = _divergent(left, counted)
    asked_once = [place for place in judged.of(Status.UNDECIDED) if judged.views[place].asked_once]
    transient = most(left, differing, Sort.TRANSIENT)
    return RouteView(
        outcomes=outcomes,
        reasons=_reasons(route, left_out),
        statuses=statuses,
        total=total,
        in_flight=route.entered - ended,
        eligible=total - sum(left_out[reason] for reason in _ON_PURPOSE),
        compared=sum(outcomes[outcome] for outcome in COMPARED),
        distinct=route.distinct,
        divergent=divergent,
        certain=min(fewest(left, judged.certain()) + _stored_distinct(route, judged.certain()), divergent),
        undecided=_divergent(left, differing, asked_once) - divergent,
        transient=transient,
        transient_at_most=most(left, differing, Sort.TRANSIENT, Sort.UNCHECKED) if transient else 0,
        certain_transient=fewest(left, judged.certain(), Sort.TRANSIENT),
        places=tuple(view for place, view in judged.views.items() if place in route.places),
        excesses=tuple(excesses(left, judged)),
        surfaced=_surfaced(route, judged, rules),
        left_out=left_out,
        secondary_asked=route.secondary_asked,
        asked_again=route.asked_again,
        has_secondary=has_secondary,
        unit="request" if run is None else run.unit,
        by_candidate=route.by_candidate,
        compared_by_candidate=sum(seen.by_candidate for seen in route.signatures.values()),
        diverged_by_candidate=_diverged_by_candidate(route, statuses),
        cross_reads=_cross_reads(route, statuses),
    )


def _of_any(item: Fingerprint, places: frozenset[Place]) -> Fingerprint:
    """A fingerprint as rules see it: at these places it stands for all transitions."""
    return replace(item, transition=item.transition or ANY) if (item.template, item.kind) in places else item


def _statuses(left: Remaining, judged: JudgedPlaces) -> dict[Fingerprint, Status]:
    """The status of each fingerprint: that of its place, unless it is accepted itself."""
    found = {item for signature in left.route.signatures for item in signature}
    found.update(cluster.fingerprint for cluster in left.route.clusters)
    return {
        item: Status.ACCEPTED if item in left.accepted else judged.views[item.template, item.kind].status
        for item in sorted(found)
    }


def _outcomes(route: RouteEvidence, statuses: Mapping[Fingerprint, Status]) -> Counter[Outcome]:
    counts: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
    for (outcome, _), count in route.settled.items():
        counts[outcome] += count
    for signature, seen in route.signatures.items():
        if signature:
            counts[_outcome(signature, statuses)] += seen.count
        else:
            counts[Outcome.SKIPPED] += seen.drift
            counts[Outcome.NOISE] += seen.noise
            counts[Outcome.MATCHED] += seen.count - seen.noise - seen.drift
    return counts


def _diverged_by_candidate(route: RouteEvidence, statuses: Mapping[Fingerprint, Status]) -> int:
    return sum(
        seen.by_candidate
        for signature, seen in route.signatures.items()
        if signature and _outcome(signature, statuses) is not Outcome.NOISE
    )


def _cross_reads(route: RouteEvidence, statuses: Mapping[Fingerprint, Status]) -> dict[str, tuple[int, int]]:
    """A read whose differences are accepted, or at a place that is noise, agrees."""
    found: dict[str, tuple[int, int]] = {}
    noisy = {(item.template, item.kind) for item, status in statuses.items() if status is Status.NOISE}
    for (write_route, signature), count in route.cross_reads.items():
        agrees = all(statuses.get(item) is Status.ACCEPTED or (item.template, item.kind) in noisy for item in signature)
        read, matched = found.get(write_route, (0, 0))
        found[write_route] = read + count, matched + count * agrees
    return found


def _outcome(signature: Signature, statuses: Mapping[Fingerprint, Status]) -> Outcome:
    if any(fingerprint.kind == Kind.FAILED for fingerprint in signature):
        return Outcome.CANDIDATE_FAILED
    is_divergent = any(statuses[item] in {Status.OPEN, Status.UNDECIDED} for item in signature)
    return Outcome.DIVERGED if is_divergent else Outcome.NOISE


def _left_out(route: RouteEvidence) -> Counter[Reason]:
    """All requests that were not compared, by reason."""
    found: Counter[Reason] = Counter()
    for (outcome, reason), count in route.settled.items():
        if outcome not in COMPARED:
            found[reason] += count
    if drifted := sum(seen.drift for signature, seen in route.signatures.items() if not signature):
        found[Reason.STATE_DRIFT] += drifted
    return found


def _reasons(route: RouteEvidence, left_out: Mapping[Reason, int]) -> Counter[str]:
    reasons = Counter({reason.value: count for reason, count in left_out.items()})
    for (outcome, reason), count in route.settled.items():
        if outcome in COMPARED:
            reasons[reason.value] += count
    for reason, count in route.cut.items():
        reasons[reason.value] += count
    return reasons


def _divergent(left: Remaining, places: frozenset[Place], excused: Iterable[Place] = ()) -> int:
    """The units with a difference at one of these places that is not accepted; at ``excused`` also those excused."""
    found = most(left, places, excused=excused)
    return min(found + _stored_distinct(left.route, places), left.route.distinct)


def _stored_distinct(route: RouteEvidence, places: frozenset[Place]) -> int:
    """As counted by signature in runs of schema 3 and older: a request that gave several counts for each."""
    return sum(
        seen.distinct
        for signature, seen in route.signatures.items()
        if seen.distinct and any((item.template, item.kind) in places for item in signature)
    )


def _surfaced(route: RouteEvidence, judged: JudgedPlaces, rules: list[AcceptRule]) -> Surfaced:
    """An injected fault is found where it adds a difference that no rule accepts, and that does not always differ."""
    counts: defaultdict[Mutation, list[int]] = defaultdict(lambda: [0, 0])
    for (mutation, signature), count in route.proofs.items():
        found = any(_shows(route.info, judged, rules, mutation, item) for item in signature)
        counts[mutation][0] += count
        counts[mutation][1] += count * found
    return Surfaced(
        injected=sum(injected for injected, _ in counts.values()),
        surfaced=sum(surfaced for _, surfaced in counts.values()),
        by_mutation={mutation: (injected, surfaced) for mutation, (injected, surfaced) in sorted(counts.items())},
    )


def _shows(
    info: RouteInfo, judged: JudgedPlaces, rules: list[AcceptRule], mutation: Mutation, item: Fingerprint
) -> bool:
    found = replace(item, transition=_UNTOLD) if item.transition == OTHER else item
    if any(rule.accepts(info, found) for rule in rules):
        return False
    view = judged.views.get((item.template, item.kind))
    return mutation is Mutation.CONSTANT or view is None or not view.always
