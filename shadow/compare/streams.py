"""The differences of two streams, compared as their messages come: what was compared is forgotten."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import Framing, cost_bytes
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.diff.walk import BoundedDifferences, leaf, walk_window
from crossfade.shadow.exchange import Answer, Headers
from crossfade.shadow.exchange.difference import Difference, Kind, Value
from crossfade.shadow.exchange.outcome import Reason

WINDOW_MESSAGES = 256
"""Unequal messages are paired within windows of so many: one that is missing early in a long stream is found as missing
in its window, and as a shift (missing and added) at the edges of the later ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyPair:
    """Two messages at place ``first`` of their streams that take long to compare; None where a side has none there."""

    first: int
    legacy: bytes | None
    other: bytes | None

    @property
    def cost_bytes(self) -> int:
        """What it costs to keep them."""
        return sum(cost_bytes(message) for message in (self.legacy, self.other) if message is not None)


def diff_copies(
    legacy: Answer, other: Answer, framing_of: Callable[[Headers], Framing | None], diff: "StreamDiff", *, whole: bool
) -> tuple[Difference, ...]:
    """The differences of two streams of whose messages there are copies; an answer that is no stream has none.

    ``framing_of`` and ``whole`` as for those that are compared as they come; ``diff`` is a new one.
    Raises: NotComparableError: not all messages were kept, or one of legacy's can't be decoded.
    """
    if legacy.truncated or other.truncated:
        raise NotComparableError(Reason.TRUNCATED, "a stream is longer than what is kept of it")
    try:
        for message in _messages(legacy, framing_of):
            diff.add_legacy(message)
        for message in _messages(other, framing_of):
            diff.add_other(message)
    except UndecodableError as error:
        raise NotComparableError(Reason.UNDECODABLE, f"a stream: {error}") from None
    return diff.finish(whole=whole)


def _messages(answer: Answer, framing_of: Callable[[Headers], Framing | None]) -> tuple[bytes, ...]:
    framing = framing_of(answer.headers)
    return () if framing is None else (*framing.feed(answer.body), *framing.end())


class StreamDiff:
    """Legacy's messages against another side's.

    Equal bytes at the heads are equal and forgotten at once. From the first that are not, messages wait until each side
    has a window of them, or until the end.
    """

    def __init__(self, decode: Callable[[bytes], Value], root: Place, *, proto: bool, keys: ListKeys = NO_KEYS) -> None:
        """``decode`` gives the value of a message and raises UndecodableError; ``keys`` are those of its lists.

        ``own_to_legacy`` may be set: it gives the other side's message in legacy's words, by legacy's at its place.
        So may ``is_heavy``: messages for which it holds are not compared here, but wait for ``take_heavy``.
        """
        self.own_to_legacy: Callable[[bytes, bytes], bytes] | None = None
        self.is_heavy: Callable[[bytes, bytes], bool] | None = None
        self._heavy: list[HeavyPair] = []
        self._decode = decode
        self.root = root
        self._proto = proto
        self._keys = keys
        self._legacy: deque[bytes] = deque()
        self._other: deque[bytes] = deque()
        self._first = 0
        self._found = BoundedDifferences()
        self.waiting_bytes = 0

    @property
    def compared(self) -> int:
        """Pairs of messages compared so far."""
        return self._first

    @property
    def lead(self) -> int:
        """How many messages the other side is ahead of legacy; negative where it is behind."""
        return len(self._other) - len(self._legacy)

    def add_legacy(self, message: bytes) -> None:
        """Raises: NotComparableError: legacy's message can't be decoded."""
        self._add(self._legacy, message)

    def add_other(self, message: bytes) -> None:
        """Raises: NotComparableError: legacy's message can't be decoded."""
        self._add(self._other, message)

    def start_at(self, first: int) -> None:
        """The first messages of both sides stand at this place of their streams."""
        self._first = first

    def take_heavy(self) -> tuple[HeavyPair, ...]:
        """What is to be compared elsewhere, in legacy's and in the side's own words; given once."""
        heavy, self._heavy = tuple(self._heavy), []
        self.waiting_bytes -= sum(pair.cost_bytes for pair in heavy)
        return heavy

    def finish(self, *, whole: bool) -> tuple[Difference, ...]:
        """All differences; ``whole`` where both streams came to their ends, else only pairs count.

        Raises: NotComparableError: legacy's message can't be decoded.
        """
        paired = min(len(self._legacy), len(self._other))
        if whole and self._has_heavy_rest(paired):
            self._compare(paired, paired)
            self._set_rest_aside()
        elif whole:
            self._compare(len(self._legacy), len(self._other))
        else:
            self._compare(paired, paired)
        return tuple(self._found.kept)

    def _add(self, queue: deque[bytes], message: bytes) -> None:
        queue.append(message)
        self.waiting_bytes += cost_bytes(message)
        if len(queue) <= min(len(self._legacy), len(self._other)):
            self._pair(len(queue) - 1)
        while self._legacy and self._other and self._legacy[0] == self._other[0]:
            self.waiting_bytes -= 2 * cost_bytes(self._legacy.popleft())
            self._other.popleft()
            self._first += 1
        if min(len(self._legacy), len(self._other)) >= WINDOW_MESSAGES:
            self._compare(WINDOW_MESSAGES, WINDOW_MESSAGES)

    def _pair(self, at: int) -> None:
        """Both sides have a message at this place, as they were sent."""
        legacy, own = self._legacy[at], self._other[at]
        if self.is_heavy is not None and legacy != own and self.is_heavy(legacy, own):
            self._compare(at, at)
            self._heavy.append(HeavyPair(first=self._first, legacy=self._legacy.popleft(), other=self._other.popleft()))
            self._first += 1
        elif self.own_to_legacy is not None:
            self._translate(at, self.own_to_legacy(legacy, own))

    def _has_heavy_rest(self, paired: int) -> bool:
        rest = [*self._legacy][paired:] + [*self._other][paired:]
        return self.is_heavy is not None and any(self.is_heavy(message, b"") for message in rest)

    def _set_rest_aside(self) -> None:
        """Messages that one side alone has, each by itself."""
        for first, legacy in enumerate(self._legacy, self._first):
            self._heavy.append(HeavyPair(first=first, legacy=legacy, other=None))
        for first, other in enumerate(self._other, self._first):
            self._heavy.append(HeavyPair(first=first, legacy=None, other=other))
        self._first += len(self._legacy)
        self._legacy.clear()
        self._other.clear()

    def _translate(self, at: int, translated: bytes) -> None:
        own = self._other[at]
        if translated is not own:
            self._other[at] = translated
            self.waiting_bytes += cost_bytes(translated) - cost_bytes(own)

    def _compare(self, legacy_n: int, other_n: int) -> None:
        ours = [self._legacy.popleft() for _ in range(legacy_n)]
        theirs = [self._other.popleft() for _ in range(other_n)]
        self.waiting_bytes -= sum(map(cost_bytes, (*ours, *theirs)))
        if not self._found.full and ours != theirs:
            self._found.add(self._differences(ours, theirs))
        self._first += legacy_n

    def _differences(self, ours: list[bytes], theirs: list[bytes]) -> Iterator[Difference]:
        try:
            left = tuple(self._decode(message) for message in ours)
        except UndecodableError as error:
            raise NotComparableError(Reason.UNDECODABLE, f"legacy's message: {error}") from None
        try:
            right = tuple(self._decode(message) for message in theirs)
        except UndecodableError:
            place = self.root.item(self._first) if self._proto else self.root.element(self._first)
            yield leaf(place, Kind.TYPE, left[0] if left else None, theirs[0])
            return
        yield from walk_window(left, right, self.root, first=self._first, proto=self._proto, keys=self._keys)
