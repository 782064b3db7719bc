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
        self._said_at: dict[str, float] = {}
        self._unsaid: Counter[str] = Counter()

    def say(self, kind: str, message: str) -> None:
        """``kind`` is of a small closed list; of what a stranger chose ``message`` holds only short printable text."""
        self.totals[kind] += 1
        now = self._now()
        if now - self._said_at.get(kind, float("-inf")) < _EVERY_S:
            self._unsaid[kind] += 1
            return
        self._said_at[kind] = now
        unsaid = self._unsaid.pop(kind, 0)
        more = f" ({unsaid} more of this kind since the last line)" if unsaid else ""
        log.warning("ingest.%s %s%s", kind, message, more)
