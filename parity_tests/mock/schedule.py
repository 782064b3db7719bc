"""When each part of a recorded answer is due. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message of an answer.

    ``heard``: after how many messages of the client; None: after the end of its request. ``pause_ms``: how long after
    that, or after the part before it.
    """

    data: bytes
    heard: int | None
    pause_ms: float


def parts_of(call: Call, answer: Answer) -> tuple[Part, ...]:
    """The parts of an answer, with the pauses of a stream; an answer of one message comes at once."""
    ends = message_ends(call.request.protocol, answer.headers, answer.body)
    parts = [answer.body[begin:end] for begin, end in pairwise((0, *ends))]
    times = call.timing.server_ms
    if len(times) != len(parts):
        return tuple(Part(data=part, heard=None, pause_ms=0.0) for part in parts)
    found = _parts(call, parts)
    return tuple(found)


def _parts(call: Call, parts: list[bytes]) -> Iterator[Part]:
    sent, before = call.timing.client_ms, float("-inf")
    for data, at in zip(parts, call.timing.server_ms, strict=True):
        count = sum(1 for moment in sent if moment <= at)
        is_early = at < 0 or not call.timing.half_closed
        since = max(before, sent[count - 1] if is_early and count else 0.0 if not is_early else before)
        pause = at - since if len(parts) > 1 and since > float("-inf") else 0.0
        yield Part(data=data, heard=count if is_early else None, pause_ms=max(0.0, pause))
        before = at
