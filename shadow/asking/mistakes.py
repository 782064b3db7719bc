"""Frames that no engine sends: counted, logged a few times, and without an effect."""

import logging
from collections import Counter

from crossfade.shadow.asking.lifecycle import IllegalEventError
from crossfade.shadow.exchange.route import RouteInfo

log = logging.getLogger(__name__)


class Mistakes:
    """A mistake between the two processes costs a line in the log, never the run."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, error: IllegalEventError, route: RouteInfo) -> None:
        """Counts it by its event; each kind of event is logged once."""
        self.counts[error.event] += 1
        if self.counts[error.event] == 1:
            log.error("frame.illegal route=%s %s; logged once per event, and counted", route.route, error)

    def notes(self) -> tuple[tuple[str, str, int], ...]:
        """In the form of what sides did: who, what, how often."""
        return tuple(("engine", f"illegal_{event}", count) for event, count in sorted(self.counts.items()))
