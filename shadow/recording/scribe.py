"""A comparison as the lines of a recording: redacted, and whether they still show what was found. Pure."""

from collections.abc import Callable, Iterable

import zstandard

from crossfade.shadow.exchange import Comparison, Request
from crossfade.shadow.exchange.event_text import event_line
from crossfade.shadow.exchange.events import Event, from_events
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.lines import result_line
from crossfade.shadow.recording.records import Result, result_of


class Scribe:
    """Writes down comparisons that were judged."""

    def __init__(self, redact: Callable[[Comparison], tuple[Event, ...]], judge: Judge) -> None:
        """``judge`` judges again what was redacted."""
        self._redact = redact
        self._judge = judge

    def lines(self, comparison: Comparison, route: RouteInfo, result: Result) -> tuple[str, ...]:
        """The lines."""
        events = self._redact(comparison)
        altered = self._is_altered(comparison, from_events(events), route, result)
        lines = [event_line(event) for event in events]
        return (*lines, result_line(comparison.request.id, route, result, altered=altered))

    def frame(self, comparison: Comparison, route: RouteInfo, result: Result) -> bytes:
        """The lines as a frame of a recording's file."""
        return frame(zstandard.ZstdCompressor(level=3, write_checksum=True), self.lines(comparison, route, result))

    def _is_altered(self, original: Comparison, redacted: Comparison, route: RouteInfo, result: Result) -> bool:
        """Whether what is recorded would be judged differently: a pseudonym hides a cause, or a stream was too long."""
        if not original.followed and _what_is_judged(original) == _what_is_judged(redacted):
            return False
        return result_of(self._judge.observe(redacted, route).observation) != result


def frame(compressor: zstandard.ZstdCompressor, lines: Iterable[str]) -> bytes:
    """Lines as one frame, which is whole by itself."""
    return compressor.compress("".join(f"{line}\n" for line in lines).encode())


def _what_is_judged(comparison: Comparison) -> tuple[object, ...]:
    request: Request = comparison.request
    path = request.target.partition("?")[0]
    return (request.method, path, comparison.legacy, comparison.candidate, comparison.secondary, comparison.again)
