"""The process that records: reads frames from standard input until they end, and prints what it has come to.

Killed or hung, it touches neither the client's traffic nor evidence.
"""

import asyncio
import dataclasses
import json
import logging
import signal
import sys
from collections import Counter
from pathlib import Path

import click

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded.gathering import Gathering
from crossfade.parity_tests.recorded.opening import next_number, open_corpus
from crossfade.parity_tests.recorded.recording import FAILED, CorpusRecording, Summary
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.parity_tests.recorded.sessions import Sessions
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.pipe.frames import CountsFrame, EndFrame, Frame
from crossfade.shadow.pipe.reader import FrameReader
from crossfade.shadow.runs.setup import read_contract, read_redactor

log = logging.getLogger(__name__)


class Worker:
    """Joins frames, gathering and recording."""

    def __init__(self, gathering: Gathering, recording: CorpusRecording) -> None:
        self._gathering = gathering
        self._recording = recording
        self._counts = CountsFrame(entered=(), settled=())

    def take(self, frame: Frame) -> bool:
        """Handles one frame; False for the last."""
        if isinstance(frame, CountsFrame):
            self._counts = frame
        elif (call := self._gathered(frame)) is not None:
            self._recording.take(call)
        return not isinstance(frame, EndFrame)

    def _gathered(self, frame: Frame) -> Call | None:
        """The call that a frame completes; a mistake of ours costs that call, not the recording."""
        try:
            return self._gathering.take(frame)
        except Exception:
            self._recording.left_out[FAILED] += 1
            log.exception("corpus.failed frame=%s", type(frame).__name__)
            return None

    def finish(self) -> Summary:
        """Writes what is begun, and sums up."""
        try:
            for call in self._gathering.break_off():
                self._recording.take(call)
        finally:
            self._recording.finish()
        left_out = Counter({reason.value: count for reason, count in self._gathering.left_out.items()})
        left_out.update(self._recording.left_out)
        for _, _, reason, count in self._counts.settled:
            left_out[reason.value] += count
        return Summary(
            entered=sum(count for _, count in self._counts.entered),
            calls=self._recording.calls,
            sessions=self._recording.sessions,
            written_bytes=self._recording.written_bytes,
            left_out=dict(sorted(left_out.items())),
        )


async def serve(config: Config, folder: Path) -> None:
    """Runs until the frames end. Raises: ShadowError, EvidenceError."""
    contract = read_contract(config)
    redactor = read_redactor(config, contract)
    if redactor is None:
        raise ShadowError(f"{config.redact.key_file}: expected a redaction key, got none; run `crossfade init`")
    corpus = open_corpus(folder, service=config.service.name, contract=contract)
    section = config.record
    worker = Worker(
        Gathering(body_bytes=config.mirror.body_limit_bytes, held_bytes=config.mirror.buffer_bytes),
        CorpusRecording(
            corpus,
            Sessions(section.session_by, max_calls=section.max_session_calls, first_number=next_number(corpus)),
            CallRedactor(redactor, contract).redacted,
            max_bytes=section.max_mb * 1_000_000,
        ),
    )
    print("ready", flush=True)  # noqa: T201 - the engine waits for this line
    reader = FrameReader(worker.take)
    await asyncio.get_running_loop().connect_read_pipe(lambda: reader, sys.stdin.buffer)
    try:
        await reader.wait()
    finally:
        print(json.dumps(dataclasses.asdict(worker.finish())), flush=True)  # noqa: T201 - the engine shows it


@click.command()
@click.option("--config", "config_path", type=click.Path(path_type=Path), required=True)
@click.option("--corpus", type=click.Path(path_type=Path), required=True)
def main(config_path: Path, corpus: Path) -> None:
    """Runs the process that records one run."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group: the engine ends first
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        asyncio.run(serve(load_config(config_path), corpus))
    except (ShadowError, EvidenceError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the engine shows it
        sys.exit(getattr(error, "exit_code", 4))


if __name__ == "__main__":
    main()
