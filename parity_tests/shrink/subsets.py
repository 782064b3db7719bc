"""Drops as many of some items as it can; and what every reduction is. Pure."""

from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")
Reduction = Generator[T, bool, T]
"""Yields what to try, is sent whether that still fails in the same way, returns the smallest that did."""

Items = tuple[int, ...]


def fewest(items: Items, closed: Callable[[Items], Items] = tuple) -> Reduction[Items]:
    """The fewest of the items: none of those that are left can go alone.

    ``closed`` gives those of some items that can be without the others. Large parts are tried first: all items, then
    halves, then quarters.
    """
    size = max(len(items), 1)
    while True:
        before = len(items)
        items = yield from _sweep(items, size, closed)
        if size > 1:
            size = min(size // 2, max(len(items), 1))
        elif len(items) == before:
            return items


def _sweep(items: Items, size: int, closed: Callable[[Items], Items]) -> Reduction[Items]:
    """Tries to drop so many neighbours at a time, once at each place."""
    at = 0
    while at < len(items):
        rest = closed(items[:at] + items[at + size :])
        if (yield rest):
            items = rest
        else:
            at += size
    return items


def mapped(reduction: Reduction[S], made: Callable[[S], T]) -> Generator[T, bool, S]:
    """A reduction whose candidates are made of those of another one."""
    try:
        candidate = next(reduction)
        while True:
            candidate = reduction.send((yield made(candidate)))
    except StopIteration as done:
        result: S = done.value
        return result


def at_most(reduction: Reduction[T], first: T, tries: int) -> Reduction[T]:
    """What a reduction that began with ``first`` has reached after so many tries, or at its end."""
    best = first
    try:
        candidate = next(reduction)
        for _ in range(tries):
            accepted = yield candidate
            if accepted:
                best = candidate
            candidate = reduction.send(accepted)
    except StopIteration as done:
        result: T = done.value
        return result
    reduction.close()
    return best
