"""How a recorded request goes out again: its messages, when each is sent, and when its client leaves. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.shadow.exchange.route import STREAMED_REQUESTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of a request's body, sent so long after the one before and after so many messages of the answer."""

    data: bytes
    wait_s: float = 0.0
    after_answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The steps, a half close as a last one without data; none where the body goes out as a whole.

    ``patience_s``: for so long at most a message waits for answers that came before it when it was recorded, perhaps by
    chance. ``leaves_after``: so many messages its client saw before it left; None where it stayed.
    """

    steps: tuple[Step, ...] = ()
    patience_s: float = 1.0
    leaves_after: int | None = None


def script_of(call: Call, body: bytes, speed: float) -> Script:
    """How a call whose body now is ``body`` goes out at ``speed``, a factor of the recorded pace; 0: without waiting.

    Where no times were recorded, or not of each message, the body goes out as a whole.
    """
    timing = call.timing
    leaves_after = None if timing.cancelled_ms is None else len(timing.server_ms)
    parts = tuple(_parts(call, body)) if call.route.call_type in STREAMED_REQUESTS else ()
    if not parts or len(parts) != len(timing.client_ms):
        return Script(leaves_after=leaves_after)
    steps = tuple(_steps(parts, timing, speed))
    is_plain = timing.half_closed and all(not step.wait_s and not step.after_answers for step in steps)
    return Script(steps=() if is_plain else steps, leaves_after=leaves_after)


def _steps(parts: tuple[bytes, ...], timing: Timing, speed: float) -> Iterator[Step]:
    """The messages, and the half close where the client came to it."""
    last = ((b"", max(0.0, timing.client_ms[-1])),) if timing.half_closed else ()
    before_ms = timing.client_ms[0]
    for data, at_ms in (*zip(parts, timing.client_ms, strict=True), *last):
        wait_s = max(0.0, at_ms - before_ms) / 1000 / speed if speed else 0.0
        yield Step(data=data, wait_s=wait_s, after_answers=sum(came_ms < at_ms for came_ms in timing.server_ms))
        before_ms = at_ms


def _parts(call: Call, body: bytes) -> Iterator[bytes]:
    start = 0
    for end in message_ends(call.request.protocol, call.request.headers, body):
        yield body[start:end]
        start = end
