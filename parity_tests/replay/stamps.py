"""Times that a service stamped while it answered: each side stamps its own, and a recording those of its day. Pure."""

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
_SECONDS, _NANOS = "seconds", "nanos"
"""The fields of google.protobuf.Timestamp."""
_MOST_DIGITS = 19
_DIGIT = re.compile(r"[0-9]")


@dataclass(slots=True, kw_only=True)
class _Stamps:
    """Takes the digits out of times between two moments, in seconds since the epoch; the form stays.

    Times are ISO texts, numbers near a clock's, and Timestamps of messages: their nanos go with their seconds.
    """

    since_s: float
    until_s: float
    _within: tuple[str, ...] | None = None

    def __call__(self, text: str, site: Site) -> str | None:
        *around, name = site.names or ("",)
        if name == _NANOS and self._within == tuple(around):
            return "0"
        if name == _SECONDS:
            self._within = None
        if not self._is_stamp(text):
            return None
        if name == _SECONDS:
            self._within = tuple(around)
        return f"1{'0' * (len(text) - 1)}" if text.isdecimal() else _DIGIT.sub("0", text)

    def _is_stamp(self, text: str) -> bool:
        is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        at_s = moment_s(int(text)) if is_number else moment_s(text)
        return at_s is not None and self.since_s - _APART_S <= at_s <= self.until_s + _APART_S


def without_stamps(comparison: Comparison, call: Call, contract: Contract | None) -> Comparison:
    """The comparison of a recorded answer with one of now, where times that each side stamped say only that it did.

    A time is one where it lies within the request's own duration on its side, the recorded one on legacy's.
    """
    return replace(
        comparison,
        legacy=_without(comparison.legacy, comparison.request, call.request.started_at, contract),
        candidate=_without(comparison.candidate, comparison.request, comparison.request.started_at, contract),
    )


def without_live_stamps(comparison: Comparison, contract: Contract | None) -> Comparison:
    """The same of answers to one request of now. The sides may have been asked one after the other."""
    replies = (comparison.legacy, comparison.candidate, comparison.secondary)
    since_s = comparison.request.started_at
    took_s = sum(reply.latency_ms for reply in replies if reply is not None) / 1000

    def without(reply: Reply) -> Reply:
        return _without(reply, comparison.request, since_s, contract, took_s)

    return replace(
        comparison,
        legacy=without(comparison.legacy),
        candidate=without(comparison.candidate),
        secondary=None if comparison.secondary is None else without(comparison.secondary),
    )


def _without(
    reply: Reply, request: Request, since_s: float, contract: Contract | None, took_s: float | None = None
) -> Reply:
    if not isinstance(reply, Answer):
        return reply
    took_s = reply.latency_ms / 1000 if took_s is None else took_s
    return rewrite_answer(request, reply, _Stamps(since_s=since_s, until_s=since_s + took_s), contract)
