"""What blocks of measurements say: medians, and ratios with their spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One arm under load for some seconds.

    ``drain_s``: how long its processes still worked afterwards. ``cpu_s``: of each process, that time included.
    """

    round: int
    arm: str
    ok: int
    failed: int
    seconds: float
    p50_ms: float
    p99_ms: float
    drain_s: float
    cpu_s: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Answers per second, as the client saw them."""
        return self.ok / self.seconds

    @property
    def sustained(self) -> float:
        """Answers per second that would leave no growing backlog of comparisons."""
        return self.ok / (self.seconds + self.drain_s)


def ratio_line(name: str, of: Sequence[float], by: Sequence[float]) -> str:
    """The ratio of two arms round by round: its median, its quartiles, and its extremes."""
    ratios = sorted(a / b for a, b in zip(of, by, strict=True))
    low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
    quartiles = f"quartiles {low:.2f} to {high:.2f}, all {ratios[0]:.2f} to {ratios[-1]:.2f}"
    return f"{name:34} {median(ratios):.2f}   ({quartiles}, {len(ratios)} rounds)"


def arm_lines(blocks: Sequence[Block]) -> list[str]:
    """The medians of each arm."""
    lines = [f"{'arm':12} {'answers/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'failed':>6} {'drain s':>7}  CPU ms per answer"]
    for arm in dict.fromkeys(block.arm for block in blocks):
        mine = [block for block in blocks if block.arm == arm]
        cpu = "  ".join(f"{name} {median(_per_answer(mine, name)):.2f}" for name in mine[0].cpu_s)
        rate, p50, p99, drain = (
            median(getattr(block, name) for block in mine) for name in ("rate", "p50_ms", "p99_ms", "drain_s")
        )
        failed = sum(block.failed for block in mine)
        lines.append(f"{arm:12} {rate:9.0f} {p50:8.1f} {p99:8.1f} {failed:6} {drain:7.1f}  {cpu}")
    return lines


def of_arm(blocks: Sequence[Block], arm: str, name: str) -> list[float]:
    """One figure of an arm, round by round."""
    return [getattr(block, name) for block in sorted(blocks, key=lambda block: block.round) if block.arm == arm]


def engine_cpu(blocks: Sequence[Block], arm: str) -> list[float]:
    """CPU milliseconds of the engine per answer, round by round."""
    return _per_answer([block for block in sorted(blocks, key=lambda block: block.round) if block.arm == arm], "engine")


def _per_answer(blocks: Sequence[Block], name: str) -> list[float]:
    return [block.cpu_s[name] / max(1, block.ok) * 1000 for block in blocks]
