"""What may be sent now."""

import contextlib
from collections.abc import Callable, Iterator

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.slots import Slots
from crossfade.shadow.exchange.outcome import Outcome, Reason


class Admission:
    """Lets so many calls out at a time, and sends nothing while mirroring is off.

    As many streams are followed, and as many requests may wait to be asked again, with their answers kept.
    """

    def __init__(self, size: int) -> None:
        """``is_off`` is the kill switch."""
        self.calls = Slots(size)
        self.is_off: Callable[[], bool] = lambda: False
        self._size = size
        self._streams = 0
        self._looks = 0

    def refuse_when_off(self) -> None:
        """Raises: Ended: mirroring was turned off in the meantime."""
        if self.is_off():
            raise Ended(Outcome.SKIPPED, Reason.MIRROR_OFF)

    @contextlib.contextmanager
    def stream(self) -> Iterator[None]:
        """A place among the streams that are followed. Raises: Ended: there is none."""
        if self._streams >= self._size:
            raise Ended(Outcome.SHED, Reason.QUEUE_FULL)
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    @contextlib.contextmanager
    def second_look(self) -> Iterator[bool]:
        """A place among the requests that are asked again; whether there was one."""
        has_place = self._looks < self._size
        self._looks += has_place
        try:
            yield has_place
        finally:
            self._looks -= has_place

    def in_use(self) -> tuple[int, int]:
        """Calls and streams under way."""
        return self.calls.in_use(), self._streams
