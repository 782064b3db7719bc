"""Where a recording holds pseudonyms: whatever redaction changes once more. Pure.

Pseudonyms keep the form of what they stand for, so that the rules that made them find them again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.standalone.bodies import Json
from crossfade.shadow.evidence.patterns import CARD
from crossfade.shadow.exchange import Comparison, Failure, FailureReason
from crossfade.shadow.exchange.events import from_events
from crossfade.shadow.recording.redaction import ComparisonRedactor

_NOBODY: Final = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)

Redacted = Callable[[Call], Call]
"""A call with other pseudonyms in the places of the recorded ones."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Stands for a value that is a pseudonym, which may be that of a handle."""

    pseudonym: Json


def redacted_by(redactor: ComparisonRedactor) -> Redacted:
    """By the recording's rules, and another key."""

    def redacted(call: Call) -> Call:
        comparison = Comparison(
            request=call.request, route=call.route.route, legacy=call.reply, candidate=_NOBODY, secondary=None
        )
        other = from_events(redactor.events(comparison))
        return replace(call, request=other.request, reply=other.legacy)

    return redacted


def without_pseudonyms(value: Json, other: Json) -> Json:
    """A value with ``Hidden`` wherever it has another one in a call that was redacted again."""
    if isinstance(value, dict) and isinstance(other, dict) and value.keys() == other.keys():
        return {key: without_pseudonyms(item, other[key]) for key, item in value.items()}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [without_pseudonyms(one, two) for one, two in zip(value, other, strict=True)]
    return Hidden(value) if value != other or _may_be_card(value) else value


def _may_be_card(value: Json) -> bool:
    """Whether it is as long as a card's number: a pseudonym has no check digit, so that it is not found again."""
    text = str(value)
    return isinstance(value, str | int) and text.isdigit() and CARD.regex.fullmatch(text) is not None
