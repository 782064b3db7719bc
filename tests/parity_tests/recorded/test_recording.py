"""Calls go into the corpus as they end, within a bound; what does not is counted."""

import errno
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest
from crossfade.parity_tests.recorded.recording import CorpusRecording
from crossfade.parity_tests.recorded.sessions import Sessions

Calls = Callable[..., Call]


def as_it_is(call: Call) -> Call:
    return call


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusFolder:
    """An empty one."""
    return CorpusFolder.create(tmp_path / "c", Manifest(service="builds"))


def recording_of(corpus: CorpusFolder, redact: Callable[[Call], Call] = as_it_is, **values: int) -> CorpusRecording:
    sessions = Sessions((), max_calls=values.get("max_calls", 100))
    return CorpusRecording(corpus, sessions, redact, max_bytes=values.get("max_bytes", 1_000_000))


def test_a_recording(corpus: CorpusFolder, make_call: Calls) -> None:
    """A session that grows too long goes on in another; at the end all are whole."""
    recording = recording_of(corpus, max_calls=2)
    for at in (1.0, 0.0, 2.0):
        recording.take(make_call(at))
    assert corpus.begun_ids() == ("0002-get-builds-id",)
    recording.finish()
    first, second = corpus.sessions()
    assert corpus.begun_ids() == ()
    assert [call.request.started_at for call in first.calls] == [0.0, 1.0]
    assert (first.source, second.source) == ("live", "live, continues 0001-get-builds-id")
    assert (recording.calls, recording.sessions, recording.left_out) == (3, 2, Counter())


def test_the_bound(corpus: CorpusFolder, make_call: Calls, caplog: pytest.LogCaptureFixture) -> None:
    """Once it is reached nothing more is written, which is said once and counted."""
    recording = recording_of(corpus, max_bytes=5000)
    for at in range(20):
        recording.take(make_call(float(at)))
    recording.finish()
    (session,) = corpus.sessions()
    assert len(session.calls) == recording.calls == 20 - recording.left_out["max_mb"] > 0
    assert recording.written_bytes < 6000
    assert [record.getMessage().split()[0] for record in caplog.records] == ["corpus.full"]


def test_a_full_disk(
    corpus: CorpusFolder, make_call: Calls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was written is readable, though it can't be put in order."""
    recording = recording_of(corpus)
    recording.take(make_call())

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(corpus, "append", full)
    monkeypatch.setattr(corpus, "complete", full)
    for at in (1.0, 2.0):
        recording.take(make_call(at))
    recording.finish()
    assert recording.left_out == Counter({"disk": 2})
    assert [record.getMessage().split()[0] for record in caplog.records] == ["corpus.stopped", "corpus.not_completed"]
    (session,) = corpus.sessions()
    assert len(session.calls) == 1


def test_a_mistake_of_ours_costs_one_call(
    corpus: CorpusFolder, make_call: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are recorded."""

    def redact(call: Call) -> Call:
        if call.request.started_at == 1.0:
            raise ZeroDivisionError
        return call

    recording = recording_of(corpus, redact)
    for at in (0.0, 1.0, 2.0):
        recording.take(make_call(at))
    recording.finish()
    assert (recording.calls, recording.left_out) == (2, Counter({"internal": 1}))
    assert "corpus.failed route=GET /builds/{id}" in caplog.text
