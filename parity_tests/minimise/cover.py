"""The fewest calls that show all that some sessions show, as far as taking the best each time finds them. Pure.

A session is taken from its first call on, so that each call that is taken finds the state that it found before.
"""

import heapq
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence

Calls = Sequence[Sequence[int]]
"""What each call of a session shows, as numbers, each once."""


def cover(sessions: Sequence[Calls], whole: Mapping[int, int], most: int | None = None) -> dict[int, int]:
    """How many calls of which sessions, by their numbers, in the order in which they were taken.

    ``whole``: how many calls of a session are taken in any case. ``most``: so many calls are taken at most, beside them
    only what fits; None: as many as it takes. Each time the beginning of a session with the most new
    items for its calls is taken, of equals that of the smaller number; in the end, calls go that are needed no more.
    """
    taken = dict(whole)
    covering = _Covering(sessions, taken, most)
    waiting = [(-covering.best(number)[0], number) for number in range(len(sessions))]
    heapq.heapify(waiting)
    while waiting:
        worth, number = heapq.heappop(waiting)
        now, end = covering.best(number)
        if now and -now > worth:  # what was new may be so no more: others may be worth more by now
            heapq.heappush(waiting, (-now, number))
        elif now:
            covering.take(number, end)
            heapq.heappush(waiting, (-covering.best(number)[0], number))
    return _needed(sessions, taken, whole)


class _Covering:
    """What is covered by the calls that are taken, and what a longer beginning of a session would add."""

    def __init__(self, sessions: Sequence[Calls], taken: dict[int, int], most: int | None) -> None:
        self._room = sum(map(len, sessions)) if most is None else most - sum(taken.values())
        self._taken = taken
        self._covered: set[int] = set()
        self._new: list[list[Sequence[int]]] = [list(calls) for calls in sessions]
        for number, end in taken.items():
            self._cover(number, end)

    def best(self, number: int) -> tuple[float, int]:
        """The most new items for each further call, and up to which call."""
        start = self._taken.get(number, 0)
        found: set[int] = set()
        best = (0.0, start)
        calls = self._new[number]
        for index in range(start, min(len(calls), start + max(0, self._room))):
            calls[index] = array("Q", (item for item in calls[index] if item not in self._covered))
            found.update(calls[index])
            best = max(best, (len(found) / (index + 1 - start), index + 1))
        return best

    def take(self, number: int, end: int) -> None:
        """Takes a session up to a call."""
        self._room -= end - self._taken.get(number, 0)
        self._taken[number] = end
        self._cover(number, end)

    def _cover(self, number: int, end: int) -> None:
        self._covered.update(item for calls in self._new[number][:end] for item in calls)


def _needed(sessions: Sequence[Calls], taken: dict[int, int], whole: Mapping[int, int]) -> dict[int, int]:
    """Without calls at the ends of sessions that others make needless, the last taken first."""
    counts = Counter(item for number, end in taken.items() for call in sessions[number][:end] for item in call)
    for number in reversed(tuple(taken)):
        while taken[number] > whole.get(number, 0):
            last = sessions[number][taken[number] - 1]
            if any(counts[item] == 1 for item in last):
                break
            counts.subtract(last)
            taken[number] -= 1
    return {number: end for number, end in taken.items() if end}
