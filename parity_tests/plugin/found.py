"""What is left of a call's differences under the present rules. Pure."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossfade.codegen.pitfalls import Pitfall, find_pitfall
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.exchange.difference import Fingerprint, Signature, parted
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.observations import Example, Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One call: the differences that nothing excuses, the rules that accept others, and what was taken for noise.

    Of the differences another status comes first, and last what may only follow from it.
    """

    played: Played
    differences: Signature
    accepted: tuple[AcceptRule, ...] = ()
    noise: Signature = ()

    @property
    def left_out(self) -> str:
        """Why it was not compared, such as ``skipped(blocked)``; "" where it was."""
        observation = self.played.observation
        if isinstance(observation, Settled):
            return f"{observation.outcome}({observation.reason})"
        drifted = bool(observation.drift) and not observation.signature
        return f"{Outcome.SKIPPED}({Reason.STATE_DRIFT})" if drifted else ""

    @property
    def legacy_failed(self) -> bool:
        """Whether legacy gave no answer, so that there is nothing to be alike with."""
        observation = self.played.observation
        return isinstance(observation, Settled) and observation.outcome is Outcome.LEGACY_FAILED

    def example(self, fingerprint: Fingerprint) -> Example | None:
        """The values of a difference; there are none past a bound."""
        observation = self.played.observation
        examples = observation.examples if isinstance(observation, Judged) else ()
        return next((example for example in examples if example.fingerprint == fingerprint), None)


def found_of(played: Played, left: Signature, rules: Iterable[AcceptRule], today: datetime.date) -> Found:
    """``left`` are its differences that are no noise; rules that have expired accept nothing."""
    valid = [rule for rule in rules if not rule.has_expired(today)]
    accepting = {item: next(_accepting(valid, played, item), None) for item in left}
    rules_at_work = dict.fromkeys(rule for rule in accepting.values() if rule is not None)
    return Found(
        played=played,
        differences=tuple(sorted((item for item, rule in accepting.items() if rule is None), key=_rank)),
        accepted=tuple(rules_at_work),
        noise=tuple(item for item in played.signature if item not in accepting),
    )


def without_ignored(left: Signature, paths: Iterable[str]) -> Signature:
    """The differences at templates that match none of these globs."""
    globs = [glob(path) for path in paths]
    return tuple(item for item in left if not any(one.matches(item.template) for one in globs))


def pitfall_of(fingerprint: Fingerprint) -> Pitfall | None:
    """The catalogue's entry that explains it."""
    return find_pitfall(fingerprint.cause)


def _rank(item: Fingerprint) -> int:
    if item.template in STATUS_PLACES:
        return 0
    return 2 if parted(item.transition)[1] else 1


def _accepting(rules: Iterable[AcceptRule], played: Played, item: Fingerprint) -> Iterator[AcceptRule]:
    return (rule for rule in rules if rule.accepts(played.call.route, item))
