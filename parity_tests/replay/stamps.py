"""Times that a service stamped while it answered: those of a recording are of another day than those of now. Pure."""

import re
from dataclasses import dataclass, replace

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.bindings.messages import rewrite_answer
from crossfade.shadow.bindings.names import Site
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request
from crossfade.shadow.judging.checks.values import moment_s

_APART_S = 10.0
"""So far the clocks of two machines may be apart."""
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamps:
    """Takes the digits out of texts that are times between two moments, in seconds since the epoch; the form stays."""

    since_s: float
    until_s: float

    def __call__(self, text: str, _: Site) -> str | None:
        at_s = None if text.isdecimal() else moment_s(text)
        is_stamp = at_s is not None and self.since_s - _APART_S <= at_s <= self.until_s + _APART_S
        return _DIGIT.sub("0", text) if is_stamp else None


def without_stamps(comparison: Comparison, call: Call, contract: Contract | None) -> Comparison:
    """The comparison of a recorded answer with one of now, where times that each side stamped say only that it did.

    A time is one where it lies within the request's own duration on its side, the recorded one on legacy's.
    """
    return replace(
        comparison,
        legacy=_without(comparison.legacy, comparison.request, call.request.started_at, contract),
        candidate=_without(comparison.candidate, comparison.request, comparison.request.started_at, contract),
    )


def _without(reply: Reply, request: Request, since_s: float, contract: Contract | None) -> Reply:
    if not isinstance(reply, Answer):
        return reply
    stamps = _Stamps(since_s=since_s, until_s=since_s + reply.latency_ms / 1000)
    return rewrite_answer(request, reply, stamps, contract)
