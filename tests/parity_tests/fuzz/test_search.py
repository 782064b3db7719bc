"""Exploring and shrinking, without any service."""

from hypothesis import strategies as st

from crossfade.parity_tests.fuzz.plans import Plan, Step
from crossfade.parity_tests.fuzz.search import Bounds, Smallest, search
from crossfade.parity_tests.fuzz.stage import Found
from crossfade.parity_tests.fuzz.trees import Fields
from crossfade.shadow.exchange.difference import Fingerprint

LARGE, ODD = (Found("r", Fingerprint(template=name, kind="value")) for name in ("large", "odd"))
PLANS = st.lists(st.integers(0, 1000), min_size=1, max_size=5).map(
    lambda numbers: Plan(tuple(Step("r", (Fields((("n", number),)),)) for number in numbers))
)


def _last(plan: Plan) -> int:
    number = plan.steps[-1].inputs[0].get("n")
    assert isinstance(number, int)
    return number


def _show(plan: Plan) -> frozenset[Found]:
    """A number of more than 100 shows one divergence, an odd one another."""
    return frozenset(([LARGE] if _last(plan) > 100 else []) + ([ODD] if _last(plan) % 2 else []))


def _bounds(max_examples: int = 300, max_shrinks: int = 500, *, is_over: bool = False) -> Bounds:
    return Bounds(
        max_examples=max_examples, max_shrinks=max_shrinks, is_over=lambda: is_over, is_out_of_time=lambda: is_over
    )


def test_each_divergence_has_its_smallest_plan() -> None:
    """However often both show together."""
    first = search(PLANS, _show, frozenset(), "1", _bounds())
    assert first is not None
    second = search(PLANS, _show, frozenset({first.found}), "1", _bounds())
    assert second is not None
    smallest = {item.found: [_last(item.plan), len(item.plan.steps), item.minimal] for item in (first, second)}
    assert smallest == {LARGE: [101, 1, True], ODD: [1, 1, True]}


def test_nothing_new() -> None:
    """What is known is not found again."""
    assert search(PLANS, _show, frozenset({LARGE, ODD}), "1", _bounds()) is None


def test_the_same_seed_gives_the_same() -> None:
    """And draws as many plans."""
    tried: list[list[str]] = []
    for _ in range(2):
        seen: list[str] = []

        def show(plan: Plan, seen: list[str] = seen) -> frozenset[Found]:
            seen.append(repr(plan))
            return _show(plan)

        search(PLANS, show, frozenset(), "7", _bounds())
        tried.append(seen)
    assert tried[0] == tried[1]


def test_a_budget_for_shrinking() -> None:
    """What it came to so far is told as such, and it does show the divergence."""
    found = search(PLANS, _show, frozenset({ODD}), "1", _bounds(max_shrinks=1))
    assert isinstance(found, Smallest)
    assert not found.minimal
    assert _last(found.plan) > 100


def test_no_time() -> None:
    """Then nothing is tried."""
    assert search(PLANS, _show, frozenset(), "1", _bounds(is_over=True)) is None
