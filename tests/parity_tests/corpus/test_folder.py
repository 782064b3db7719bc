"""A corpus on disk."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Half, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")


def call_of(number: int) -> Call:
    """A call that began so many seconds after the others."""
    request = Request(
        id=f"c{number}",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="svc.test",
        target="/a",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.5 + number,
    )
    reply = Answer(status=200, headers=(), body=b"hi", truncated=False, trailers=(), latency_ms=2.5)
    return Call(route=ROUTE, request=request, reply=reply, write=False)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Sessions come in the order of their ids."""
    corpus = CorpusFolder.create(tmp_path / "c", Manifest(service="builds", half=Half.OPEN))
    for name in ("b", "a"):
        corpus.add(Session(id=name, calls=()))
    again = CorpusFolder(tmp_path / "c")
    assert again.manifest == Manifest(service="builds", half=Half.OPEN)
    assert [session.id for session in again.sessions()] == ["a", "b"]
    assert again.contract() is None


def test_a_corpus_is_not_overwritten(tmp_path: Path) -> None:
    """Neither it nor one of its sessions."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.add(Session(id="a", calls=()))
    with pytest.raises(ParityError, match="expected a new session"):
        corpus.add(Session(id="a", calls=()))
    with pytest.raises(ParityError, match="expected no corpus yet"):
        CorpusFolder.create(tmp_path, Manifest(service="builds"))


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".a", "a" * 200, "a\n"])
def test_an_id_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    """It can't lead out of the corpus."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    with pytest.raises(ParityError, match="expected letters"):
        corpus.add(Session(id=name, calls=()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected what crossfade writes"),
        ('{"crossfade_corpus": 7}', "expected version 1"),
        ("[]", "expected what"),
        ("[" * 100_000, "expected what"),
        (
            '{"crossfade_corpus": 1, "service": "s", "half": "all", "contract_digest": "/../x"}',
            "expected a service and the digest",
        ),
    ],
)
def test_another_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file."""
    (tmp_path / "corpus.json").write_text(text, encoding="utf-8")
    with pytest.raises(ParityError, match=message):
        CorpusFolder(tmp_path)


def test_no_corpus(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(ParityError, match=f"{tmp_path}: expected a corpus, got none"):
        CorpusFolder(tmp_path)


def test_a_damaged_session_is_named(tmp_path: Path) -> None:
    """With its file."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    (tmp_path / "sessions" / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(ParityError, match=r"a\.jsonl: expected lines as crossfade writes them"):
        corpus.session("a")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"crossfade_session":1,"id":' + "[" * 100_000])
def test_a_session_without_end_in_depth_is_named(tmp_path: Path, text: str) -> None:
    """No reader of JSON goes down so far."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    (tmp_path / "sessions" / "a.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(ParityError, match=r"a\.jsonl: expected lines as crossfade writes them"):
        corpus.session("a")


def test_a_pipe_is_no_session(tmp_path: Path) -> None:
    """Who reads it would wait for ever."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    os.mkfifo(tmp_path / "sessions" / "a.jsonl")
    with pytest.raises(ParityError, match=r"a\.jsonl: expected a file"):
        corpus.session("a")


def test_a_session_of_another_name_is_refused(tmp_path: Path) -> None:
    """Two files would be one session, and its id may be no name of a file."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.add(Session(id="a", calls=()))
    (tmp_path / "sessions" / "a.jsonl").rename(tmp_path / "sessions" / "b.jsonl")
    with pytest.raises(ParityError, match=r"b\.jsonl: expected the session of its name, got 'a'"):
        corpus.session("b")


def test_a_session_is_readable_while_it_is_written(tmp_path: Path) -> None:
    """Its calls come in the order in which they began, though they were written as they ended."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    for number in (2, 0, 1):
        corpus.append("s-1", call_of(number), source="live")
    assert corpus.begun_ids() == corpus.session_ids() == ("s-1",)
    assert [call.request.id for call in corpus.session("s-1").calls] == ["c0", "c1", "c2"]


def test_a_session_that_was_cut_off_is_read_up_to_its_last_whole_call(tmp_path: Path) -> None:
    """Wherever the file ends."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.append("s-1", call_of(0), source="live")
    whole = len((tmp_path / "sessions" / "s-1.jsonl.part").read_bytes())
    corpus.append("s-1", call_of(1), source="live")
    path = tmp_path / "sessions" / "s-1.jsonl.part"
    data = path.read_bytes()
    for end in range(whole, len(data) - 1):
        path.write_bytes(data[:end])
        assert [call.request.id for call in corpus.session("s-1").calls] == ["c0"]


def test_a_completed_session_has_its_calls_in_order(tmp_path: Path) -> None:
    """They are numbered, so that ids of one recording say nothing."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    for number in (1, 0):
        corpus.append("s-1", call_of(number), source="live")
    corpus.complete("s-1")
    assert corpus.begun_ids() == ()
    session = CorpusFolder(tmp_path).session("s-1")
    assert [(call.request.id, call.request.started_at) for call in session.calls] == [("1", 1.5), ("2", 2.5)]
    assert session.source == "live"
    with pytest.raises(ParityError, match="expected a new session"):
        corpus.add(session)


def test_a_begun_session_that_is_completed_as_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that was there a moment ago has another name."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.append("s", call_of(1), source="client")
    whole = Path.open

    def opened(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.name == "s.jsonl.part":
            monkeypatch.setattr(Path, "open", whole)
            CorpusFolder(tmp_path).complete("s")
        return whole(path, *arguments, **more)

    reading = CorpusFolder(tmp_path)
    monkeypatch.setattr(Path, "open", opened)
    assert [call.request.id for call in reading.session("s").calls] == ["1"]
    assert reading.begun_ids() == ()


def test_what_can_not_be_written_leaves_the_session_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk takes half of a call: that half goes."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.append("s-1", call_of(0), source="live")
    path = tmp_path / "sessions" / "s-1.jsonl.part"
    before, write = path.read_bytes(), os.write
    sizes = iter((10,))

    def full(descriptor: int, data: bytes) -> int:
        size = next(sizes, None)
        if size is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:size])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        corpus.append("s-1", call_of(1), source="live")
    assert path.read_bytes() == before


def test_a_session_that_must_be_there(tmp_path: Path) -> None:
    """The error names the corpus and the first that is missing."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.add(Session(id="a", calls=()))
    corpus.require(["a"])
    with pytest.raises(ParityError, match="expected a session 'b', got none"):
        corpus.require(["c", "a", "b"])
