"""Writes calls into a corpus as they end, within a bound; what is left out is counted."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded.sessions import Sessions

log = logging.getLogger(__name__)

FULL, UNWRITABLE, FAILED = "max_mb", "disk", "internal"
_SESSION_BYTES = 4096
"""What a file takes at least, whatever is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a recording has come to: requests that entered, calls and sessions that were written, and what was not."""

    entered: int
    calls: int
    sessions: int
    written_bytes: int
    left_out: dict[str, int] = field(default_factory=dict)


class CorpusRecording:
    """One recording into one corpus. Nothing that goes wrong here is raised."""

    def __init__(
        self, corpus: CorpusFolder, sessions: Sessions, redact: Callable[[Call], Call], *, max_bytes: int
    ) -> None:
        self._corpus = corpus
        self._sessions = sessions
        self._redact = redact
        self._max_bytes = max_bytes
        self._begun: set[str] = set()
        self._stopped = ""
        self.calls = 0
        self.sessions = 0
        self.written_bytes = 0
        self.left_out: Counter[str] = Counter()

    def take(self, call: Call) -> None:
        """Writes a call into the session of its client. Never raises."""
        if self._stopped:
            self.left_out[self._stopped] += 1
            return
        try:
            self._write(call)
        except OSError as error:
            self._stop(f"corpus.stopped {error.strerror}; the rest is not recorded", UNWRITABLE)
        except Exception:
            self.left_out[FAILED] += 1
            log.exception("corpus.failed route=%s", call.route.route)

    def finish(self) -> None:
        """Completes the sessions that go on. Never raises."""
        for session_id in self._sessions.open_ids():
            self._complete(session_id)

    def _write(self, call: Call) -> None:
        kept = self._redact(call)
        placed = self._sessions.place(call, kept.route)
        for session_id in placed.ended:
            self._complete(session_id)
        if self.written_bytes >= self._max_bytes:
            self._stop("corpus.full record.max_mb is reached; the rest is not recorded", FULL)
            return
        source = f"live, continues {placed.continues}" if placed.continues else "live"
        self.written_bytes += self._corpus.append(placed.session_id, kept, source=source)
        self.calls += 1
        if placed.session_id not in self._begun:
            self._begun.add(placed.session_id)
            self.sessions += 1
            self.written_bytes += _SESSION_BYTES

    def _complete(self, session_id: str) -> None:
        """One that can't be completed stays readable as it is."""
        if session_id not in self._begun:  # nothing of it was written
            return
        self._begun.discard(session_id)
        try:
            self._corpus.complete(session_id)
        except (OSError, ParityError) as error:
            log.error("corpus.not_completed session=%s %s", session_id, error)  # noqa: TRY400 - one line

    def _stop(self, line: str, reason: str) -> None:
        self._stopped = reason
        self.left_out[reason] += 1
        log.warning(line)
