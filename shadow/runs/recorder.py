"""Keeps raw comparisons for later, redacted, in the compare process: a share of all, and some of each that diverged."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.config import Config
from crossfade.shadow.evidence.recordings import recording_folder
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.difference import Signature
from crossfade.shadow.exchange.events import Event
from crossfade.shadow.exchange.observations import Observation
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.share import share
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.judging.judgement import Judgement
from crossfade.shadow.judging.rules import NO_RULES, Rules
from crossfade.shadow.recording.records import End, Header, Result, result_of
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.recording.scribe import Scribe
from crossfade.shadow.recording.writer import FullError, RecordingWriter

log = logging.getLogger(__name__)

MAX_UNSAMPLED = 100
"""Outside of the sample, so many comparisons of one result on one route are kept."""
_MAX_RESULTS = 10_000
_STREAM_BYTES = 262_144
"""So much is kept of each side's stream while it is followed; a longer one is not judged again."""


class Recorder:
    """Records what was judged. Nothing that goes wrong here reaches evidence or traffic."""

    def __init__(
        self, *, writer: RecordingWriter, redact: Callable[[Comparison], tuple[Event, ...]], judge: Judge, pct: float
    ) -> None:
        """``pct`` is the share that is kept whatever was found."""
        self._writer = writer
        self._scribe = Scribe(redact, judge)
        self._pct = pct
        self._unsampled: Counter[tuple[str, Signature | None, Reason | None]] = Counter()
        self._chosen = 0
        self._stopped = False

    def record(self, comparison: Comparison, route: RouteInfo, observation: Observation) -> None:
        """Takes a comparison that was judged. Never raises."""
        result = result_of(observation)
        if self.chooses(comparison.request.id, route, result):
            self._keep(route, lambda: self._writer.add(self._scribe.lines(comparison, route, result)))

    def chooses(self, comparison_id: str, route: RouteInfo, result: Result) -> bool:
        """Whether a comparison is to be recorded, which then counts."""
        if not self._is_chosen(comparison_id, route, result):
            return False
        self._chosen += 1
        return not self._stopped

    def take(self, frame: bytes, route: RouteInfo) -> None:
        """Takes a comparison that was chosen and written down elsewhere. Never raises."""
        self._keep(route, lambda: self._writer.add_frame(frame))

    def _keep(self, route: RouteInfo, write: Callable[[], None]) -> None:
        try:
            write()
        except FullError:
            self._stop("recording.full record.max_mb is reached; the rest of the run is not recorded")
        except OSError as error:
            self._stop(f"recording.stopped {error.strerror}; the rest of the run is not recorded")
        except Exception:
            log.exception("recording.failed route=%s", route.route)

    def flush(self) -> None:
        """Writes what was taken. Never raises."""
        if self._stopped:
            return
        try:
            self._writer.flush()
        except FullError:
            self._stop("recording.full record.max_mb is reached; the rest of the run is not recorded")
        except OSError as error:
            self._stop(f"recording.stopped {error.strerror}; the rest of the run is not recorded")

    def finish(self) -> None:
        """Ends the recording and logs how much is in it. Never raises."""
        self.flush()
        end = End(recorded=self._writer.recorded, left_out=self._chosen - self._writer.recorded)
        try:
            self._writer.close(end)
        except OSError as error:
            log.error("recording.stopped %s", error.strerror)  # noqa: TRY400 - one line
        log.info("recording.ended recorded=%d left_out=%d", end.recorded, end.left_out)

    def _is_chosen(self, comparison_id: str, route: RouteInfo, result: Result) -> bool:
        if share(comparison_id, "record") < self._pct:
            return True
        if result.found == ():
            return False
        key = (route.key, result.found, result.reason)
        if key not in self._unsampled and len(self._unsampled) >= _MAX_RESULTS:
            return False
        self._unsampled[key] += 1
        return self._unsampled[key] <= MAX_UNSAMPLED

    def _stop(self, line: str) -> None:
        self._stopped = True
        log.warning(line)


class RecordingJudge(Judge):
    """A judge whose verdicts are recorded."""

    stream_copy_bytes = _STREAM_BYTES

    def __init__(self, *, contract: Contract | None, recorder: Recorder, rules: Rules = NO_RULES) -> None:
        """The recorder's judge has the same rules: it looks for what redaction changed."""
        super().__init__(contract=contract, rules=rules)
        self._recorder = recorder

    def _verdict(self, judgement: Judgement, comparison: Comparison, route: RouteInfo) -> Verdict:
        verdict = super()._verdict(judgement, comparison, route)
        self._recorder.record(comparison, route, verdict.observation)
        return verdict


def open_recorder(
    config: Config, run: RunInfo, contract: Contract | None, redactor: Redactor | None, rules: Rules
) -> Recorder | None:
    """The recorder of a new run; None if the config keeps 0 %, or if nothing can be kept, which is logged."""
    pct = config.record.sample_pct
    if not pct:
        return None
    if redactor is None:
        log.warning("recording.no_key nothing is recorded; set CROSSFADE_REDACTION_KEY or run `crossfade init`")
        return None
    folder = recording_folder(config.evidence.dir, run.run_id)
    max_bytes = config.record.max_mb * 1_000_000
    try:
        writer = RecordingWriter.create(folder, Header(run=run, sample_pct=pct), contract, max_bytes=max_bytes)
    except (OSError, FullError) as error:
        log.warning("recording.stopped %s: nothing is recorded: %s", folder, error)
        return None
    judge = Judge(contract=contract, rules=replace(rules, units=None))
    return Recorder(writer=writer, redact=ComparisonRedactor(redactor, contract).events, judge=judge, pct=pct)
