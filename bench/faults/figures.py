"""What a fault did to the client: judged against the targets, and as a table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from evidence import Sums
from processes import Block

_MAX_RATIO = 1.2
_MAX_GROWTH_MB = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One fault: what the client saw, what the proxy held, what evidence says. ``missed`` names targets."""

    fault: str
    requests: int
    errors: Mapping[str, int]
    bare_errors: Mapping[str, int]
    p99_ms: float
    other_p99_ms: float
    ratio: float
    quartiles: tuple[float, float]
    engine_mb: float
    compare_mb: float
    sums: Sums
    sent: int
    missed: tuple[str, ...]

    def line(self) -> str:
        """One line for the log."""
        said = f"errors {dict(self.errors)}"
        if self.bare_errors:
            said += f" (mitmdump {dict(self.bare_errors)})"
        missed = f"  MISSED {'; '.join(self.missed)}" if self.missed else ""
        return (
            f"{self.fault:18} {said} p99 {self.p99_ms:.1f}/{self.other_p99_ms:.1f} ms ratio {self.ratio:.2f} "
            f"({self.quartiles[0]:.2f}-{self.quartiles[1]:.2f}) grown {self.engine_mb:+.1f}/{self.compare_mb:+.1f} MB "
            f"sums {self.sent}={self.sums.entered}={self.sums.settled}+{self.sums.in_flight} "
            f"{dict(self.sums.outcomes)} {dict(self.sums.reasons)}{missed}"
        )


def judge(  # noqa: PLR0913 - one for each thing that is judged
    *,
    fault: str,
    pairs: Sequence[tuple[Block, Block]],
    against_bare: bool,
    grown_mb: tuple[float, float],
    sums: Sums,
    sent: int,
    exit_code: int,
) -> Result:
    """Holds what was seen against the targets. Of each pair the second is under the fault."""
    ratios = sorted(faulty.p99_ms / other.p99_ms for other, faulty in pairs)
    errors = _kinds(faulty for _, faulty in pairs)
    others = _kinds(other for other, _ in pairs)
    bare = others if against_bare else {}
    missed = list(sums.wrong)
    if more := errors if not against_bare else {k: n for k, n in errors.items() if n > bare.get(k, 0)}:
        missed.append(f"client errors {more}")
    if others and not against_bare:
        missed.append(f"client errors without the fault {others}")
    if median(ratios) > _MAX_RATIO:
        missed.append(f"p99 ratio {median(ratios):.2f}")
    if grown_mb[0] > _MAX_GROWTH_MB:
        missed.append(f"engine grew {grown_mb[0]:.1f} MB")
    if not sent == sums.entered == sums.settled + sums.in_flight:
        missed.append(f"sums: {sent} sent, {sums.entered} entered, {sums.settled} ended, {sums.in_flight} in flight")
    if exit_code not in {0, 4 if fault == "compare_killed" else 0}:
        missed.append(f"exit code {exit_code}")
    return Result(
        fault=fault,
        requests=sum(faulty.sent for _, faulty in pairs),
        errors=errors,
        bare_errors=bare,
        p99_ms=median(faulty.p99_ms for _, faulty in pairs),
        other_p99_ms=median(other.p99_ms for other, _ in pairs),
        ratio=median(ratios),
        quartiles=(ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]),
        engine_mb=grown_mb[0],
        compare_mb=grown_mb[1],
        sums=sums,
        sent=sent,
        missed=tuple(missed),
    )


def table(results: Sequence[Result]) -> list[str]:
    """The results in Markdown."""
    heads = "fault|requests|client errors|p99 ms, other / faulty|ratio (quartiles)|engine, compare MB|sums|missed"
    lines = [f"| {heads.replace('|', ' | ')} |", "|---" * 8 + "|"]
    for result in results:
        low, high = result.quartiles
        errors = ", ".join(f"{count} {kind}" for kind, count in result.errors.items()) or "0"
        if result.bare_errors:
            errors += " (mitmdump: " + ", ".join(f"{count} {kind}" for kind, count in result.bare_errors.items()) + ")"
        lines.append(
            f"| {result.fault} | {result.requests} | {errors} | {result.other_p99_ms:.1f} / {result.p99_ms:.1f} "
            f"| {result.ratio:.2f} ({low:.2f} to {high:.2f}) | {result.engine_mb:+.1f}, {result.compare_mb:+.1f} "
            f"| {result.sums.entered} of {result.sent} | {'; '.join(result.missed) or '-'} |"
        )
    return lines


def _kinds(blocks: Iterable[Block]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for block in blocks:
        found.update(block.kinds)
    return dict(found)
