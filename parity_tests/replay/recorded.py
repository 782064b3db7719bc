"""Legacy's answer out of its recording, where no legacy is contacted. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.events import Side, from_events
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.judging.judge import Verdict
from crossfade.shadow.recording.redaction import ComparisonRedactor


def cannot_answer(call: Call) -> bool:
    """Whether the recording does not have legacy's whole answer to this very request.

    Legacy failed, the answer was cut, nothing of it was kept, or the request has other bytes now.
    """
    is_whole = isinstance(call.reply, Answer) and not call.reply.truncated
    return not is_whole or call.scrambled or Side.LEGACY in call.hidden


async def observe_recorded(
    observe: Callable[[Comparison], Awaitable[Verdict]],
    comparison: Comparison,
    *,
    redacted: Callable[[Comparison], Comparison] | None,
    stampless: Callable[[Comparison], Comparison],
) -> Verdict:
    """The verdict on a live candidate beside an answer of another day, in which secrets are pseudonyms.

    ``observe`` judges a comparison, ``stampless`` takes the times out that each side stamped. The candidate's secrets
    become pseudonyms by the same key, so that equal ones are equal. Those that it took from the request are pseudonyms
    already: the comparison without that is as good, and where each of the two shows differences that the other one does
    not, nobody can tell, which is ``not_recorded``.
    """
    plain = await observe(comparison)
    if not _found(plain):
        return plain
    comparison = stampless(comparison)
    plain = await observe(comparison)
    if redacted is None or not _found(plain):
        return plain
    other = redacted(comparison)
    if other.candidate == comparison.candidate:
        return plain
    hidden = await observe(other)
    both = _found(plain) & _found(hidden)
    if _found(hidden) and isinstance(hidden.observation, Judged) and not both:
        route = hidden.observation.route
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
