"""What blocks of load say of a hop: medians, and differences and ratios round by round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

ARMS = ("direct", "direct again", "through")
_FIGURES = (("rate", "answers/s", 0), ("p50_ms", "p50 ms", 2), ("p99_ms", "p99 ms", 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One arm under one load for some seconds.

    ``paced``: whether calls came at fixed times. ``cpu_ms``: what the service used for each answer.
    """

    round: int
    load: str
    paced: bool
    arm: str
    answers: int
    failed: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


def table(blocks: Sequence[Block]) -> Iterator[str]:
    """A row for each figure: medians over the rounds, with quartiles in brackets."""
    yield "| | direct | through | through - direct | A/A | through / direct | A/A |"
    yield "|---|---|---|---|---|---|---|"
    for load in dict.fromkeys(block.load for block in blocks):
        of_load = [block for block in blocks if block.load == load]
        for name, unit, digits in _FIGURES:
            if name != "rate" or not of_load[0].paced:
                yield f"| {load}: {unit} | {' | '.join(_cells(of_load, name, digits))} |"


def _cells(blocks: Sequence[Block], name: str, digits: int) -> Iterator[str]:
    direct, again, through = (_of_arm(blocks, arm, name) for arm in ARMS)
    yield f"{median(direct):.{digits}f}"
    yield f"{median(through):.{digits}f}"
    for other in (through, again):
        yield _spread([a - b for a, b in zip(other, direct, strict=True)], digits)
    for other in (through, again):
        yield _spread([a / b for a, b in zip(other, direct, strict=True)], 2)


def notes(blocks: Sequence[Block]) -> Iterator[str]:
    """What the table leaves out."""
    for load in dict.fromkeys(block.load for block in blocks):
        through = _of_arm([block for block in blocks if block.load == load], "through", "cpu_ms")
        yield f"{load}: the service takes {_spread(through, 3)} ms of CPU for each answer"
    failed = sum(block.failed for block in blocks)
    yield f"answers: {sum(block.answers for block in blocks)}, failed: {failed}"


def _of_arm(blocks: Sequence[Block], arm: str, name: str) -> list[float]:
    mine = sorted((block for block in blocks if block.arm == arm), key=lambda block: block.round)
    return [getattr(block, name) for block in mine]


def _spread(values: Sequence[float], digits: int) -> str:
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[-1 - len(ordered) // 4]
    return f"{median(ordered):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
