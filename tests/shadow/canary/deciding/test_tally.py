"""One route from tick to tick: what waits, what is looked at, and what latency is slow."""

from msgspec.structs import replace

from crossfade.shadow.canary.deciding.detector import log_evidence
from crossfade.shadow.canary.deciding.increments import Increment
from crossfade.shadow.canary.deciding.records import Arms, RouteTally
from crossfade.shadow.canary.deciding.tally import Moment, at_new_weight, counted, legacy_alone, slow_from
from crossfade.shadow.canary.plan.records import RoutePlan, SetWeight
from crossfade.shadow.operate.buckets import BOUNDS_S

PLAN = RoutePlan(
    route="a",
    group="g",
    plane="engine",
    steps=(SetWeight(pct=10.0), SetWeight(pct=100.0)),
    error_budget=0.01,
    mirror_pct=20.0,
    latency_ratio=2.0,
)
WARM = Moment(at=0.0, is_warm=True, is_full=False)
FULL = Moment(at=0.0, is_warm=True, is_full=True)
BUCKETS = len(BOUNDS_S) + 1


def _in_bucket(bucket: int, number: int) -> tuple[int, ...]:
    return tuple(number if at == bucket else 0 for at in range(BUCKETS))


def test_few_requests_wait() -> None:
    """Until each side has some; how many are bad plays no part."""
    tally = counted(RouteTally(), PLAN, Increment(candidate=2, candidate_errors=2, legacy=50), WARM)
    assert (tally.errors.waiting.candidate, tally.errors.above.looks) == (2, 0)
    tally = counted(tally, PLAN, Increment(candidate=3, legacy=50), WARM)
    assert (tally.errors.waiting, tally.errors.above.looks) == (Arms(), 1)
    assert tally.errors.total == Arms(candidate=5, candidate_bad=2, legacy=100)


def test_a_new_weight_begins_anew_what_is_proven_there() -> None:
    """And keeps the evidence of a fault."""
    tally = counted(RouteTally(), PLAN, Increment(candidate=50, candidate_errors=10, legacy=450), WARM)
    after = at_new_weight(tally)
    assert (after.errors.here, after.errors.below.looks) == (Arms(), 0)
    assert after.errors.total == tally.errors.total
    assert log_evidence(after.errors.above) == log_evidence(tally.errors.above)


def test_before_the_candidate_serves_legacy_shows_its_errors() -> None:
    """So that there is a rate to hold it against where it serves all clients next."""
    tally = legacy_alone(RouteTally(), Increment(legacy=100, legacy_errors=3))
    assert tally == RouteTally(errors=replace(RouteTally().errors, total=Arms(legacy=100, legacy_bad=3)))


def test_alone_there_is_one_look_a_minute_that_adds_little() -> None:
    """Where comparisons find faults sooner: what both sides have for a while is no fault."""
    tally = replace(RouteTally(), errors=replace(RouteTally().errors, total=Arms(legacy=10_000)))
    for second in range(59):
        tally = counted(tally, PLAN, Increment(candidate=100, candidate_errors=50), replace_at(FULL, second))
    assert tally.errors.above.looks == 0
    tally = counted(tally, PLAN, Increment(candidate=100, candidate_errors=50), replace_at(FULL, 61))
    assert tally.errors.above.looks == 1
    assert log_evidence(tally.errors.above) < 1.5


def test_alone_a_fault_that_lasts_is_found() -> None:
    """Within some minutes."""
    tally = replace(RouteTally(), errors=replace(RouteTally().errors, total=Arms(legacy=10_000)))
    for second in range(20 * 60):
        tally = counted(tally, PLAN, Increment(candidate=20, candidate_errors=2), replace_at(FULL, second))
    assert log_evidence(tally.errors.above) > 10


def test_a_write_alone_is_judged_at_once() -> None:
    """No comparison would find its fault."""
    plan = replace(PLAN, is_compared=False)
    tally = replace(RouteTally(), errors=replace(RouteTally().errors, total=Arms(legacy=10_000)))
    tally = counted(tally, plan, Increment(candidate=100, candidate_errors=50), FULL)
    assert log_evidence(tally.errors.above) > 10


def test_what_is_slow() -> None:
    """Legacy's 99th percentile times the ratio, as fine as the buckets are; nobody knows before it answered enough."""
    assert slow_from(_in_bucket(3, 199), 2.0) is None
    assert slow_from(_in_bucket(3, 200), 2.0) == 5  # at most 5 ms, so above 10 ms is slow
    assert slow_from(_in_bucket(BUCKETS - 1, 200), 2.0) == len(BOUNDS_S)


def test_latency_is_judged_once_it_is_warm() -> None:
    """What came before is shown apart."""
    tally = counted(RouteTally(), PLAN, Increment(legacy=200, legacy_latency=_in_bucket(3, 200)), WARM)
    slow = Increment(candidate=20, candidate_latency=_in_bucket(8, 20), legacy=20, legacy_latency=_in_bucket(3, 20))
    cold = counted(tally, PLAN, slow, Moment(at=0.0, is_warm=False, is_full=False))
    assert (cold.warming, cold.latency.total.candidate) == (20, 0)
    warm = counted(tally, PLAN, slow, WARM)
    assert warm.latency.total == Arms(candidate=20, candidate_bad=20, legacy=20)
    assert log_evidence(warm.latency.above) > 5


def test_without_a_ratio_latency_is_not_judged() -> None:
    """It is shown elsewhere."""
    plan = replace(PLAN, latency_ratio=None)
    tally = counted(RouteTally(), plan, Increment(legacy=900, legacy_latency=_in_bucket(3, 900)), WARM)
    assert tally.slow_from is None


def replace_at(moment: Moment, at: float) -> Moment:
    """The same moment at another time."""
    return Moment(at=at, is_warm=moment.is_warm, is_full=moment.is_full)
