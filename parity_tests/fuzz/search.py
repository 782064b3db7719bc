"""Explores plans and shrinks what differs, by Hypothesis.

One search draws plans until one shows what is not known yet, and then shrinks it with "still shows this divergence" as
the condition. So each divergence is shrunk by itself, whatever else its plans show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hypothesis import Phase, Verbosity, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from crossfade.parity_tests.fuzz.plans import Plan
from crossfade.parity_tests.fuzz.stage import Found

Show = Callable[[Plan], frozenset[Found]]
"""Plays a plan and gives what differed; the same for the same plan, whenever it is asked."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest plan that shows a divergence; not ``minimal`` where trying ended before nothing smaller was left."""

    plan: Plan
    found: Found
    minimal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``max_examples`` plans are drawn, ``max_shrinks`` are tried to make one smaller.

    ``is_over`` ends drawing, ``is_out_of_time`` also shrinking; what has become true stays so.
    """

    max_examples: int
    max_shrinks: int
    is_over: Callable[[], bool]
    is_out_of_time: Callable[[], bool]


class _OverError(Exception):
    """Drawing ended."""


class _Condition:
    """Whether a plan is wanted: as long as none was, one that shows something new, then one that shows the same."""

    def __init__(self, show: Show, known: frozenset[Found], bounds: Bounds) -> None:
        self._show = show
        self._known = known
        self._bounds = bounds
        self._wanted: dict[str, bool] = {}
        self.found: Found | None = None
        self.shrinks = 0

    @property
    def is_spent(self) -> bool:
        """Whether shrinking ended because of a bound."""
        return self.shrinks >= self._bounds.max_shrinks

    def __call__(self, plan: Plan) -> bool:
        key = repr(plan)
        if key not in self._wanted:
            self._wanted[key] = self._is_new(plan) if self.found is None else self._is_same(plan)
        return self._wanted[key]

    def _is_new(self, plan: Plan) -> bool:
        if self._bounds.is_over():
            raise _OverError
        new = self._show(plan) - self._known
        self.found = min(new, default=None)
        return self.found is not None

    def _is_same(self, plan: Plan) -> bool:
        if self.is_spent or self._bounds.is_out_of_time():
            self.shrinks = self._bounds.max_shrinks
            return False
        self.shrinks += 1
        return self.found in self._show(plan)


def search(
    plans: SearchStrategy[Plan], show: Show, known: frozenset[Found], seed: str, bounds: Bounds
) -> Smallest | None:
    """The smallest plan that Hypothesis comes to for the first divergence that is not known; None where none is seen.

    The same seed draws the same plans as long as they show the same.
    """
    condition = _Condition(show, known, bounds)
    quiet = settings(
        max_examples=max(1, bounds.max_examples),
        database=None,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        verbosity=Verbosity.quiet,
    )
    try:
        plan = find(plans, condition, settings=quiet, random=Random(seed))  # noqa: S311 - it has to be repeatable
    except (_OverError, NoSuchExample):
        return None
    assert condition.found is not None  # noqa: S101 - find gives no plan that was not wanted
    return Smallest(plan, condition.found, minimal=not condition.is_spent)
