"""Sequences made smaller."""

from collections.abc import Callable

from crossfade.parity_tests.fuzz.fewer import Steps, fewer
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.trees import Fields, leaves


def _reduced(steps: Steps, shows: Callable[[Steps], bool]) -> Steps:
    reduction = fewer(steps)
    try:
        candidate = next(reduction)
        while True:
            candidate = reduction.send(shows(candidate))
    except StopIteration as done:
        result: Steps = done.value
        return result


def _values(steps: Steps) -> set[object]:
    return {leaf for step in steps for fields in step.inputs for leaf in leaves(fields)}


INNER = Fields((("x", 1), ("y", Fields((("z", 2),)))))
STEPS = (
    Step("list", (Fields((("limit", 9),)),)),
    Step("make", (Fields((("title", "a"), ("in", INNER))), Fields((("title", "b"),)))),
    Step("get", (Fields((("id", "n1"), ("view", "full"))),)),
)


def test_calls_and_values_that_nobody_needs_go() -> None:
    """A value deep inside stays with the way to it; a message without values stays a message."""
    reduced = _reduced(STEPS, lambda steps: {2, "n1"} <= _values(steps))
    assert reduced == (
        Step("make", (Fields((("in", Fields((("y", Fields((("z", 2),))),))),)), Fields())),
        Step("get", (Fields((("id", "n1"),)),)),
    )


def test_the_last_call_stays() -> None:
    """Even where nothing is needed."""
    assert _reduced(STEPS, lambda _: True) == (Step("get", (Fields(),)),)


def test_what_is_needed_stays() -> None:
    """All of it, where all of it is."""
    assert _reduced(STEPS, lambda steps: steps == STEPS) == STEPS
