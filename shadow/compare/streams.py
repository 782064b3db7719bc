"""The differences of two streams, compared as their messages come: what was compared is forgotten."""

from collections import deque
from collections.abc import Callable, Iterator

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
        """
        self.own_to_legacy: Callable[[bytes, bytes], bytes] | None = None
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

    def finish(self, *, whole: bool) -> tuple[Difference, ...]:
        """All differences; ``whole`` where both streams came to their ends, else only pairs count.

        Raises: NotComparableError: legacy's message can't be decoded.
        """
        paired = min(len(self._legacy), len(self._other))
        if whole:
            self._compare(len(self._legacy), len(self._other))
        else:
            self._compare(paired, paired)
        return tuple(self._found.kept)

    def _add(self, queue: deque[bytes], message: bytes) -> None:
        queue.append(message)
        self.waiting_bytes += cost_bytes(message)
        if self.own_to_legacy is not None and len(queue) <= min(len(self._legacy), len(self._other)):
            self._translate(len(queue) - 1)
        while self._legacy and self._other and self._legacy[0] == self._other[0]:
            self.waiting_bytes -= 2 * cost_bytes(self._legacy.popleft())
            self._other.popleft()
            self._first += 1
        if min(len(self._legacy), len(self._other)) >= WINDOW_MESSAGES:
            self._compare(WINDOW_MESSAGES, WINDOW_MESSAGES)

    def _translate(self, at: int) -> None:
        own = self._other[at]
        translated = own if self.own_to_legacy is None else self.own_to_legacy(self._legacy[at], own)
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
