"""Which ticks are worth a line: those that change something, and one now and then. Pure."""

from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.records import Decision

EVERY = 60
"""At most so many ticks have one line where nothing happens."""


def is_notable(before: Reading | None, reading: Reading, decision: Decision, left_out: int) -> bool:
    """Whether a tick gets a line; ``before`` is the reading of the last line, ``left_out`` the ticks since."""
    if before is None or left_out + 1 >= EVERY:
        return True
    if decision.transitions or decision.unchanged or reading.verbs:
        return True
    return _said(before) != _said(reading)


def _said(reading: Reading) -> object:
    """What a person would notice; counts and ages change all the time."""
    return (
        tuple((plane.name, plane.error, plane.weights) for plane in reading.planes),
        tuple((one.route, one.verdict, one.open_findings, one.candidate_build) for one in reading.evidence),
        reading.evidence_error,
        reading.gates,
        reading.legacy_up,
        reading.candidate_up,
        tuple(counts.epoch for counts in reading.served),
    )
