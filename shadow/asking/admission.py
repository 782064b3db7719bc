"""What may be sent now."""

import contextlib
from collections.abc import Callable, Iterator

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.slots import Slots
from crossfade.shadow.exchange.outcome import Outcome, Reason


class Admission:
    """Lets so many calls out at a time, follows as many streams, and sends nothing while mirroring is off."""

    def __init__(self, size: int) -> None:
        """``is_off`` is the kill switch."""
        self.calls = Slots(size)
        self.is_off: Callable[[], bool] = lambda: False
        self._size = size
        self._streams = 0

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

    def in_use(self) -> tuple[int, int]:
        """Calls and streams under way."""
        return self.calls.in_use(), self._streams
