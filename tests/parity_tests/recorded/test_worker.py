"""The process that records: what it has come to adds up."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest
from crossfade.parity_tests.recorded.gathering import Gathering
from crossfade.parity_tests.recorded.recording import CorpusRecording
from crossfade.parity_tests.recorded.sessions import Sessions
from crossfade.parity_tests.recorded.worker import Worker
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.pipe.frames import AnswerFrame, CountsFrame, EndFrame, RequestFrame, SettledFrame, encode

Frames = Callable[..., RequestFrame]
COMMAND = (sys.executable, "-P", "-m", "crossfade.parity_tests.recorded.worker")
CONFIG = """
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"
"""


def answered(request_id: str) -> AnswerFrame:
    reply = Answer(status=200, headers=(), body=b"", truncated=False, trailers=(), latency_ms=1.0)
    return AnswerFrame(request_id=request_id, reply=reply)


def test_what_entered_is_recorded_or_left_out(
    tmp_path: Path, make_frame: Frames, make_call: Callable[..., Call]
) -> None:
    """Whoever left it out: the engine's side, the gathering or the writing."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    recording = CorpusRecording(corpus, Sessions((), max_calls=9), lambda call: call, max_bytes=4500)
    worker = Worker(Gathering(body_bytes=10, held_bytes=10_000), recording)
    for request_id in ("1", "2", "3"):
        worker.take(make_frame(request_id))
    worker.take(SettledFrame(request_id="1", outcome=Outcome.SHED, reason=Reason.QUEUE_FULL))
    assert worker.take(answered("2"))
    route = make_call().route
    settled = ((route, Outcome.SKIPPED, Reason.LOOP, 2), (route, Outcome.SHED, Reason.QUEUE_FULL, 1))
    worker.take(CountsFrame(entered=((route, 6),), settled=settled))
    assert not worker.take(EndFrame())
    summary = worker.finish()
    assert summary.left_out == {"loop": 2, "max_mb": 1, "queue_full": 2}
    assert summary.entered == summary.calls + sum(summary.left_out.values()) == 6
    assert len(next(corpus.sessions()).calls) == 1


def test_a_mistake_of_ours_costs_one_call(
    tmp_path: Path, make_frame: Frames, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are recorded, and the sums hold."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    recording = CorpusRecording(corpus, Sessions((), max_calls=9), lambda call: call, max_bytes=100_000)
    gathering = Gathering(body_bytes=10, held_bytes=10_000)
    worker = Worker(gathering, recording)
    for request_id in ("1", "2"):
        worker.take(make_frame(request_id))
    with monkeypatch.context() as broken:
        broken.setattr(gathering, "take", lambda _: 1 / 0)
        assert worker.take(answered("1"))
    gathering._end("1")
    worker.take(answered("2"))
    summary = worker.finish()
    assert (summary.calls, summary.left_out) == (1, {"internal": 1})
    assert "corpus.failed frame=AnswerFrame" in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("ends_properly", [True, False])
def test_the_process(tmp_path: Path, make_frame: Frames, ends_properly: bool) -> None:
    """It reads until its input ends, also without a last frame, and prints what was recorded."""
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    frames = [make_frame("1"), answered("1"), *([EndFrame()] if ends_properly else [])]
    done = subprocess.run(
        [*COMMAND, "--config", str(config), "--corpus", str(tmp_path / "c")],
        input=b"".join(map(encode, frames)),
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
        env={**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32},
    )
    ready, summary = done.stdout.splitlines()
    assert ready == b"ready"
    assert json.loads(summary)["calls"] == 1
    (session,) = CorpusFolder(tmp_path / "c").sessions()
    assert session.calls[0].route.route == "GET /builds/{id}"


@pytest.mark.slow
def test_a_disk_that_takes_no_more(tmp_path: Path, make_frame: Frames) -> None:
    """Of a real one: what was written before is read, the rest is counted, and the process ends in order."""
    resource = pytest.importorskip("resource")
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    names = [str(number) for number in range(60)]
    frames = [frame for name in names for frame in (make_frame(name, at=float(name)), answered(name))]
    done = subprocess.run(
        [*COMMAND, "--config", str(config), "--corpus", str(tmp_path / "c")],
        input=b"".join(map(encode, [*frames, EndFrame()])),
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["left_out"] == {"disk": 60 - summary["calls"]}
    assert 0 < summary["calls"] < 60
    assert b"corpus.stopped" in done.stderr
    (session,) = CorpusFolder(tmp_path / "c").sessions()
    assert len(session.calls) == summary["calls"]


@pytest.mark.slow
def test_without_a_key_there_is_no_corpus(tmp_path: Path) -> None:
    """Exit 2 and one line."""
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != "CROSSFADE_REDACTION_KEY"}
    done = subprocess.run(
        [*COMMAND, "--config", str(config), "--corpus", str(tmp_path / "c")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        env=env,
    )
    assert done.returncode == 2
    assert b"expected a redaction key, got none" in done.stderr
    assert not (tmp_path / "c").exists()
