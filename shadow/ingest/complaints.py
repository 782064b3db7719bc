"""What came over a connection and should not have: counted all, logged at most once a second for each kind."""

import logging
from collections import Counter
from collections.abc import Callable

_EVERY_S = 1.0

log = logging.getLogger("crossfade.ingest")


class Complaints:
    """``totals`` by kind, which only grow. A stranger who sends nothing but nonsense does not fill the log."""

    def __init__(self, now: Callable[[], float]) -> None:
        """``now`` is any clock in seconds that does not go back."""
        self.totals: Counter[str] = Counter()
        self._now = now
        self._logged_at: dict[str, float] = {}
        self._withheld: Counter[str] = Counter()

    def add(self, kind: str, message: str) -> None:
        """``kind`` is of a small closed list; of what a stranger chose ``message`` holds only short printable text."""
        self.totals[kind] += 1
        now = self._now()
        if now - self._logged_at.get(kind, float("-inf")) < _EVERY_S:
            self._withheld[kind] += 1
            return
        self._logged_at[kind] = now
        withheld = self._withheld.pop(kind, 0)
        more = f" ({withheld} more of this kind since the last line)" if withheld else ""
        log.warning("ingest.%s %s%s", kind, message, more)
