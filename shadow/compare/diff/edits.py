"""The fewest edits that make one sequence another, as far as they are few. Pure."""

from collections.abc import Sequence

MOST_EDITS = 32
"""A sequence that needs more edits is aligned by what stands in it only once."""
_MOST_STEPS = 400_000
Pairs = list[tuple[int, int]]
_Reach = dict[int, int]


def same_by_edits(ours: Sequence[int], theirs: Sequence[int]) -> Pairs | None:
    """The elements that stay where few are changed, added or removed; None where that takes too many edits.

    Of two ways with as many edits, the one that changes more in place. The work is O(n d), and d is bounded.
    Source: E. Ukkonen, Algorithms for approximate string matching, 1985.
    """
    most = min(MOST_EDITS, _MOST_STEPS // (len(ours) + len(theirs) + 1))
    return _Edits(ours, theirs).cheapest(most) if _least_edits(ours, theirs) <= most else None


def _least_edits(ours: Sequence[int], theirs: Sequence[int]) -> int:
    """What only one side has takes an edit each."""
    left, right = set(ours), set(theirs)
    return max(sum(item not in right for item in ours), sum(item not in left for item in theirs))


class _Edits:
    """The farthest element of ``ours`` that each number of edits reaches on each diagonal (their index less ours)."""

    def __init__(self, ours: Sequence[int], theirs: Sequence[int]) -> None:
        self._ours = ours
        self._theirs = theirs
        self._rounds: list[_Reach] = []

    def cheapest(self, most: int) -> Pairs | None:
        last = len(self._theirs) - len(self._ours)
        for rest in range(most, -1, -1):
            self._rounds.append(self._next_round(last, rest))
            if self._rounds[-1].get(last) == len(self._ours):
                return self._kept(last)
        return None

    def _next_round(self, last: int, rest: int) -> _Reach:
        """One edit more, on the diagonals from which the rest of them still reaches the last one."""
        edits = len(self._rounds)
        found: _Reach = {}
        for diagonal in range(max(-edits, last - rest), min(edits, last + rest) + 1):
            start = self._start(edits, diagonal)
            if start is not None:
                found[diagonal] = self._slide(start[0], diagonal)
        return found

    def _slide(self, at: int, diagonal: int) -> int:
        ours, theirs = self._ours, self._theirs
        end = min(len(ours), len(theirs) - diagonal)
        while at < end and ours[at] == theirs[at + diagonal]:
            at += 1
        return at

    def _start(self, edits: int, diagonal: int) -> tuple[int, int] | None:
        """Where a diagonal is entered by its farthest edit, and from which other: a change, a removal, an addition."""
        if not edits:
            return 0, diagonal
        before = self._rounds[edits - 1]
        best: tuple[int, int] | None = None
        for source, step in ((diagonal, 1), (diagonal + 1, 1), (diagonal - 1, 0)):
            at = before.get(source)
            if at is None or at + step > len(self._ours) or at + step + diagonal > len(self._theirs):
                continue
            if best is None or at + step > best[0]:
                best = (at + step, source)
        return best

    def _kept(self, diagonal: int) -> Pairs:
        found: Pairs = []
        for edits in range(len(self._rounds) - 1, -1, -1):
            entered = self._start(edits, diagonal)
            if entered is None:
                raise AssertionError("expected a way back, got none")
            found.extend((at, at + diagonal) for at in range(self._rounds[edits][diagonal] - 1, entered[0] - 1, -1))
            diagonal = entered[1]
        return found[::-1]
