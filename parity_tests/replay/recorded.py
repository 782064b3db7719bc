"""Legacy's answer out of its recording, where no legacy is contacted. Pure."""

from collections.abc import Callable
from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.events import Side, from_events
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.recording.redaction import ComparisonRedactor


def cannot_answer(call: Call) -> bool:
    """Whether the recording does not have legacy's whole answer to this very request.

    Legacy failed, the answer was cut, nothing of it was kept, or the request has other bytes now.
    """
    is_whole = isinstance(call.reply, Answer) and not call.reply.truncated
    return not is_whole or call.scrambled or Side.LEGACY in call.hidden


def observe_recorded(
    judge: Judge,
    comparison: Comparison,
    route: RouteInfo,
    *,
    redacted: Callable[[Comparison], Comparison] | None,
    stampless: Callable[[Comparison], Comparison],
) -> Verdict:
    """The verdict on a live candidate beside an answer of another day, in which secrets are pseudonyms.

    ``stampless`` takes the times out that each side stamped. The candidate's secrets become pseudonyms by the same key,
    so that equal ones are equal. Those that it took from the request are pseudonyms already: the comparison without
    that is as good, and where each of the two shows differences that the other one does not, nobody can tell, which is
    ``not_recorded``.
    """
    plain = judge.observe(comparison, route)
    if not _found(plain):
        return plain
    comparison = stampless(comparison)
    plain = judge.observe(comparison, route)
    if redacted is None or not _found(plain):
        return plain
    other = redacted(comparison)
    if other.candidate == comparison.candidate:
        return plain
    hidden = judge.observe(other, route)
    both = _found(plain) & _found(hidden)
    if _found(hidden) and isinstance(hidden.observation, Judged) and not both:
        return Verdict(observation=Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=Reason.NOT_RECORDED))
    return hidden if len(_found(hidden)) <= len(_found(plain)) else plain


def redaction_of(redactor: ComparisonRedactor) -> Callable[[Comparison], Comparison]:
    """Gives a comparison with the candidate's secrets as a recording would have them; legacy's are so already."""

    def redacted(comparison: Comparison) -> Comparison:
        return replace(comparison, candidate=from_events(redactor.events(comparison)).candidate)

    return redacted


def _found(verdict: Verdict) -> frozenset[tuple[str, str]]:
    observation = verdict.observation
    if not isinstance(observation, Judged):
        return frozenset()
    return frozenset((item.template, item.kind) for item in observation.signature)
