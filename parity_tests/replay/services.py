"""The services that calls are played against, and how."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.job_queue import JobQueue
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.noticing import NOTHING_STORED, Noticing


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """``sides`` are those behind each listener, by its name.

    ``queue`` has heavy comparisons judged apart, None: all are judged on the loop.
    ``edges``: reviewed ones, such as a corpus has.
    ``is_recorded``: legacy's answers are those of the recording, and no legacy is contacted; ``redacted`` then gives a
    comparison with the candidate's secrets as the recording has them, None without a key. ``speed`` is a factor of the
    recorded pace, 0: without waiting. ``clock`` gives seconds since the epoch. ``noticing`` is shown all that passes,
    so that no credential in it is told.
    """

    sides: Mapping[str, Sides]
    judge: Judge
    contract: Contract | None
    queue: JobQueue | None = None
    shared: bool
    edges: Edges = NO_EDGES
    is_recorded: bool = False
    redacted: Callable[[Comparison], Comparison] | None = None
    speed: float = 0.0
    clock: Callable[[], float] = time.time
    noticing: Noticing = NOTHING_STORED
