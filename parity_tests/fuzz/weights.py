"""One of several strategies, some more often than others."""

from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_T = TypeVar("_T")


def weighted(*choices: tuple[int, SearchStrategy[_T]]) -> SearchStrategy[_T]:
    """Each as often as its weight says, of all weights together; it shrinks towards the first.

    ``one_of`` has no weights: it takes a strategy that comes twice once.
    """
    order = [index for index, (weight, _) in enumerate(choices) for _ in range(weight)]

    @st.composite
    def drawn(draw: st.DrawFn) -> _T:
        return draw(choices[draw(st.sampled_from(order))][1])

    return drawn()
