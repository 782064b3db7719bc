"""Sentences of a report, the same in every format. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from crossfade.reports.figures import count, share, share_at_most
from crossfade.reports.moves import side_told
from crossfade.reports.reasons import NOTHING_CLAIMED
from crossfade.reports.report import Cluster, Example, ExpiredRule, Finding, Report, Route
from crossfade.reports.units import of_requests, rate_of
from crossfade.shadow.compare.render import ABSENT
from crossfade.shadow.evidence.records import REPLAY
from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.outcome import COMPARED, CUTS, Outcome, Reason

# Each continues a number of requests: "12 with a value that only legacy knows".
REASONS: Mapping[str, str] = {
    Reason.SAMPLED_OUT: "outside the sample",
    Reason.POLICY: "not safe to mirror, and no rule allows it",
    Reason.NOT_PORTED: "that the candidate passed back to legacy: not ported",
    Reason.RULE: "forbidden by a rule",
    Reason.FOREIGN_HANDLE: "with a value that only legacy knows",
    Reason.BLOCKED: "with a value for which the candidate has none of its own",
    Reason.CREDENTIAL: "with a credential that legacy issued and the candidate refuses",
    Reason.STATE_DRIFT: "after the stores had drifted apart",
    Reason.NOT_AS_RECORDED: "that both refuse, and legacy did not when they were recorded",
    Reason.STATE_RACE: "while the same data was written",
    Reason.MIRROR_OFF: "while mirroring was off",
    Reason.SERVED_BY_CANDIDATE: "that the candidate answered, and legacy was not asked",
    Reason.LOOP: "that are themselves copies",
    Reason.CLIENT_CANCELLED: "cancelled by the client before the answer was complete",
    Reason.ABANDONED_WRITE: "writes that the client abandoned: the stores may have parted",
    Reason.QUEUE_FULL: "while a queue was full",
    Reason.COMPARE_DOWN: "while the compare process was down",
    Reason.SHUTDOWN: "in flight when the run stopped",
    Reason.REFUSED: "with a refused connection",
    Reason.RESET: "with a connection reset",
    Reason.DEADLINE: "without an answer in time",
    Reason.INVALID: "with invalid HTTP or gRPC framing",
    Reason.TRUNCATED: "with a body longer than the limit",
    Reason.UNDECODABLE: "with a body from legacy that could not be decoded",
    Reason.TOO_COSTLY: "that cost more time or memory to compare than they may",
    Reason.CUT_BY_CLIENT: "streams that the client left: compared up to that point",
    Reason.CUT_BY_LEGACY: "streams that legacy broke off: compared up to that point",
    Reason.CUT_BY_SHUTDOWN: "streams that were open when the run stopped: compared up to that point",
    Reason.UNSUPPORTED: "in a protocol that is passed through without comparing",
    Reason.INTERNAL: "on which crossfade itself failed; see its log",
    Reason.NOT_RECORDED: "whose answer by legacy the recording does not have",
    Reason.NO_CONTRACT: "to a method that the contract does not have",
}
NOT_COVERED = "Requests that nobody sent, side effects that no answer shows, and load are not covered."
_ORDER = ("fail", "inconclusive", "pass", None)
_OF_COMPARED = frozenset(outcome.value for outcome in COMPARED)


def made_by(engine: str) -> str:
    """What saw the traffic of a run: an engine, or which corpus was played."""
    return engine if engine.startswith(f"{REPLAY} ") else f"engine {engine}"


def headline(report: Report) -> str:
    """The verdict in a sentence."""
    claimed = [route for route in report.routes if route.claimed]
    budget, confidence = f"{100 * report.budget:g} %", f"{100 * report.confidence:g} % confidence"
    of = f"of {rate_of(report.unit)}"
    refuted = sum(route.verdict == "fail" for route in claimed)
    unseen = [reason for reason in other_reasons(report) if reason != NOTHING_CLAIMED]
    unproven = sum(route.verdict == "inconclusive" for route in claimed) + len(unseen)
    if report.verdict == "pass":
        subject = (
            "the claimed route diverges" if len(claimed) == 1 else f"each of {len(claimed)} claimed routes diverges"
        )
        return f"Proven: {subject} in less than {budget} {of}, at {confidence}."
    if report.verdict == "fail":
        more = f" {_claims(unproven)} not proven either way." if unproven else ""
        subject = f"{refuted} of {len(claimed)} claimed routes {'diverges' if refuted == 1 else 'diverge'}"
        return f"Refuted: {subject} in more than {budget} {of}, at {confidence}.{more}"
    if not report.entered:
        return "Nothing is proven: no request was captured."
    if not claimed and not unproven:
        return "Nothing is proven: no route is claimed."
    return f"Not proven: {_claims(unproven)} without enough evidence for less than {budget}, at {confidence}."


def open_findings_of(report: Report) -> str:
    """How many findings are open: ``7 open findings (31 clusters)``."""
    return findings_of(report, "open")


def findings_of(report: Report, status: str) -> str:
    """How many findings have a status, and how many clusters are in them."""
    found = [finding for finding in report.findings if finding.status == status]
    number, _, clusters = in_clusters(found).partition(" ")
    return f"{number} {status} finding{'' if len(found) == 1 else 's'} {clusters}".rstrip()


def in_clusters(findings: Sequence[Finding]) -> str:
    """How many findings these are: ``7 (31 clusters)``."""
    clusters = sum(len(finding.parts) for finding in findings)
    return f"{count(len(findings))} ({_clusters(clusters)})" if findings else "0"


def further_findings_of(report: Report) -> str:
    """How many findings are of any other status: ``2 suspicious, 1 undecided, 3 noise or accepted``."""
    numbers = Counter(finding.status for finding in report.findings)
    named = [f"{count(numbers[name])} {name}" for name in ("suspicious", "undecided") if numbers[name]]
    return ", ".join((*named, f"{count(numbers['noise'] + numbers['accepted'])} noise or accepted"))


def part_note(part: Cluster, finding: Finding) -> str:
    """What sets a part apart from its finding: another status, or that the finding's cause does not explain it."""
    unexplained = finding.cause is not None and part.cause is None
    notes = ("not explained by the cause" if unexplained else "", part.status if part.status != finding.status else "")
    return ", ".join(filter(None, notes))


def cuts_of(reasons: Mapping[str, int]) -> dict[str, int]:
    """Why streams were compared only as far as they went."""
    return {name: number for name, number in reasons.items() if name in CUTS}


def compared_by_call_type(report: Report) -> tuple[tuple[str, str], ...]:
    """For each call type that was seen: its name, and how many of its requests were compared."""
    counts: dict[str, list[int]] = {}
    for route in report.routes:
        of_type = counts.setdefault(route.call_type, [0, 0])
        of_type[0] += sum(number for name, number in route.outcomes.items() if name in _OF_COMPARED)
        of_type[1] += route.total
    return tuple(
        (name, f"{count(done)} of {count(total)} compared ({share(100 * done / total)})")
        for name, (done, total) in sorted(counts.items())
        if total
    )


def other_reasons(report: Report) -> tuple[str, ...]:
    """Reasons of the verdict that belong to no route: a claim that no request matched, or nothing claimed."""
    of_routes = {f"{route.route}: {route.reason}" for route in report.routes}
    return tuple(reason for reason in report.reasons if reason not in of_routes)


def expired(report: Report) -> tuple[str, ...]:
    """The accept rules that have expired, one sentence each: why a verdict may have changed."""
    return tuple(
        f"the [[accept]] rule for {rule.route} {rule.path} ({_scope(rule)}) expired, its last day was {rule.expires}: "
        "its differences are open again"
        for rule in report.expired_rules
    )


def _scope(rule: ExpiredRule) -> str:
    return rule.kind if rule.transition == "*" else f"{rule.kind}, {rule.transition}"


def second_looks(report: Report) -> str:
    """What second looks cost in requests, or "" where there was none."""
    number = report.totals.asked_again
    return f"{of_requests(number)} sent once more to candidate and secondary" if number else ""


def raised_budget(report: Report) -> tuple[str, ...]:
    """Why transient differences may be more frequent than others, in a sentence; nothing where they may not."""
    if not report.transient_reason:
        return ()
    budget = f"{100 * report.transient_budget:g} %"
    return (f"Transient differences have a budget of their own, {budget}: {report.transient_reason}.",)


def caveats(report: Report) -> tuple[str, ...]:
    """What the verdict does not cover, one sentence each."""
    lines = []
    unclaimed = sum(not route.claimed for route in report.routes)
    if unclaimed:
        lines.append(f"{_routes(unclaimed)} seen but not claimed; the verdict does not cover {_them(unclaimed)}.")
    blind = sum(not route.has_secondary for route in report.routes if route.distinct)
    if blind:
        lines.append(
            f"Noise was not measured on {_of_routes(blind)}, for want of a secondary: every difference counts."
        )
    lines += raised_budget(report)
    if report.ended_at is None:
        lines.append("The run has not ended. These are its figures so far; the bounds hold however often you look.")
    return (*lines, NOT_COVERED)


def is_refuted(route: Route, report: Report) -> bool:
    """Whether k alone refutes the claim: its lower bound is above the budget."""
    return route.verdict == "fail" and route.divergence.lower > report.budget


def by_verdict(report: Report) -> list[Route]:
    """The routes: refuted claims first, then those not proven, those proven, and what is not claimed."""
    return sorted(report.routes, key=lambda route: _ORDER.index(route.verdict))


def compared(route: Route) -> int:
    """Requests of a route whose answers from both sides were compared."""
    return sum(route.outcomes.get(name, 0) for name in _OF_COMPARED)


def not_compared(report: Report) -> str:
    """How many requests were not compared, or "" where all were."""
    missing = report.entered - sum(map(compared, report.routes))
    if not missing:
        return ""
    of_all = share_at_most(100 * missing / report.entered)
    return f"{count(missing)} of {count(report.entered)} requests were not compared ({of_all})"


def reason_in_words(reason: str) -> str:
    """A reason of the closed list for a person; one of a newer list stays as it is."""
    return REASONS.get(reason, reason)


def balance(report: Report) -> tuple[tuple[str, int], ...]:
    """The outcomes that occurred, in their order, and what is in flight: they add up to what entered."""
    outcomes = [(outcome.value, report.totals.outcomes.get(outcome.value, 0)) for outcome in Outcome]
    return (*((name, number) for name, number in outcomes if number), ("in flight", report.in_flight))


def _clusters(number: int) -> str:
    return f"{count(number)} cluster{'' if number == 1 else 's'}"


def _claims(number: int) -> str:
    return "1 claim is" if number == 1 else f"{number} claims are"


def _routes(number: int) -> str:
    return "1 route is" if number == 1 else f"{number} routes are"


def _of_routes(number: int) -> str:
    return "1 route" if number == 1 else f"{number} routes"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def sides(kind: str, example: Example) -> tuple[str, str]:
    """Both values as they are shown; what a side does not have is ``(absent)``, not null."""
    match kind:
        case Kind.MISSING:
            return example.legacy, ABSENT
        case Kind.ADDED:
            return ABSENT, example.candidate
        case Kind.ORDER:
            return side_told(example.legacy), side_told(example.candidate)
        case _:
            return example.legacy, example.candidate
