"""A corpus of what another tool has recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, DescriptorSet, load_contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.formats import importer as importing
from crossfade.parity_tests.formats.exchanges import Omission
from crossfade.parity_tests.formats.importer import READERS, Importer
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.shadow.config import load_config
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Failure

SECRETS = (b"hunter2", b"s3cr3t-session-1", b"abc.def", b"ann@example.com")
PORT = '[[listen]]\nname = "{}"\naddress = "127.0.0.1:{}"\nlegacy = "http://127.0.0.1:{}"\ncandidate = "http://127.0.0.1:9"\n'


@pytest.fixture
def importer(tmp_path: Path) -> Callable[..., Importer]:
    """One for a service with these ports: name, clients' port, legacy's."""

    def make(
        *ports: tuple[str, int, int], contract: Contract | None = None, listener: str | None = None, more: str = ""
    ) -> Importer:
        path = tmp_path / "crossfade.toml"
        listens = "".join(PORT.format(*port) for port in ports or (("web", 8080, 8000),))
        routes = '[routes]\nhttp = ["GET /notes/{id}", "POST /notes"]\n'
        path.write_text(f'[service]\nname = "notes"\n{listens}{routes}{more}', encoding="utf-8")
        redactor = CallRedactor(RememberingRedactor(b"k" * 32), contract)
        return Importer(load_config(path), contract, redactor, listener)

    return make


@pytest.mark.parametrize("kind", ["har", "flows", "gor"])
def test_sessions_of_http(importer: Any, data: Path, tmp_path: Path, kind: str) -> None:
    """Of one client, with its routes; whose requests came by a cookie is known."""
    done = importer().run(kind, data / f"http.{kind}", tmp_path / "corpus")
    corpus = CorpusFolder(tmp_path / "corpus")
    sessions = list(corpus.sessions())
    assert (done.calls, done.sessions) == (11, len(sessions))
    assert done.unanswered == (1 if kind == "gor" else 0)
    assert {call.route.listener for session in sessions for call in session.calls} == {"web"}
    own = next(session for session in sessions if session.calls[0].request.target == "/login")
    lines = [f"{call.request.method} {call.request.target}" for call in own.calls[:6]]
    assert lines == ["POST /login", "POST /notes", "GET /notes/1", "HEAD /notes/1", "DELETE /notes/1", "GET /notes/1"]
    assert [call.write for call in own.calls[:6]] == [True, True, False, False, True, False]
    assert own.calls[2].route.route == "GET /notes/{id}"
    assert own.source == f"{kind} http.{kind}"
    assert [call.request.id for call in own.calls] == [str(number) for number in range(1, len(own.calls) + 1)]


@pytest.mark.parametrize("kind", ["har", "flows", "gor"])
def test_nothing_secret_is_kept(importer: Any, data: Path, tmp_path: Path, kind: str) -> None:
    """Pseudonyms stand in its place, and the cookie that was set is the one that is sent."""
    raw = (data / f"http.{kind}").read_bytes()
    assert all(secret in raw for secret in SECRETS)
    importer().run(kind, data / f"http.{kind}", tmp_path / "corpus")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "corpus").rglob("*") if path.is_file())
    assert [secret for secret in SECRETS if secret in kept] == []
    sessions = CorpusFolder(tmp_path / "corpus").sessions()
    login, note, *_ = next(s for s in sessions if s.calls[0].request.target == "/login").calls
    (given,) = (value for name, value in login.reply.headers if name.lower() == "set-cookie")
    (sent,) = (value for name, value in note.request.headers if name.lower() == "cookie")
    assert given.partition(";")[0] == sent


def test_calls_with_a_contract(importer: Any, data: Path, tmp_path: Path) -> None:
    """It is kept beside them."""
    from grpc_health.v1 import health_pb2  # noqa: PLC0415 - registers a contract in the common pool

    files = tmp_path / "health.binpb"
    files.write_bytes(b"\x0a" + _varint(health_pb2.DESCRIPTOR.serialized_pb) + health_pb2.DESCRIPTOR.serialized_pb)
    contract = load_contract(DescriptorSet(path=files))
    done = importer(contract=contract).run("binarylog", data / "java-server.binlog", tmp_path / "corpus")
    assert (done.calls, done.sessions, done.routes) == (
        4,
        1,
        {
            "web grpc.health.v1.Health/Check",
            "web grpc.health.v1.Health/Watch",
            "web grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        },
    )
    corpus = CorpusFolder(tmp_path / "corpus")
    (session,) = corpus.sessions()
    assert corpus.manifest.contract_digest == contract.digest
    assert [call.route.call_type for call in session.calls] == ["unary", "unary", "server_stream", "unknown"]
    assert session.calls[2].timing.cancelled_ms is not None


def _varint(data: bytes) -> bytes:
    return bytes([len(data) & 0x7F | 0x80, len(data) >> 7])


def test_the_port_that_was_called(importer: Any, data: Path, tmp_path: Path) -> None:
    """Tells the listener; the kind of call does where no port is known; a person may name it."""
    ports = ("a", 8081, 8000), ("b", 8080, 8001)
    importer(*ports).run("flows", data / "http.flows", tmp_path / "one")
    (session, *_) = CorpusFolder(tmp_path / "one").sessions()
    assert session.calls[0].route.listener == "a"
    named = ("grpc", 50050, 50051), ("http", 8080, 8001)
    importer(*named).run("gor", data / "http.gor", tmp_path / "two")
    importer(*named).run("binarylog", data / "go.binlog", tmp_path / "three")
    found = [next(iter(CorpusFolder(tmp_path / name).sessions())).calls[0].route.listener for name in ("two", "three")]
    assert found == ["http", "grpc"]
    importer(*ports, listener="b").run("gor", data / "http.gor", tmp_path / "four")
    (session, *_) = CorpusFolder(tmp_path / "four").sessions()
    assert session.calls[0].route.listener == "b"


def test_a_port_that_can_not_be_told(importer: Any, data: Path, tmp_path: Path) -> None:
    """The line says by which option to name it; nothing is written."""
    ports = ("a", 8081, 1), ("b", 8080, 2)
    with pytest.raises(ParityError, match=r"--listener: expected the port .* name one of a, b"):
        importer(*ports).run("gor", data / "http.gor", tmp_path / "corpus")
    with pytest.raises(ParityError, match="--listener: expected one of a, b, got c"):
        importer(*ports, listener="c")
    assert not (tmp_path / "corpus").exists()


def test_a_key_of_sessions(importer: Any, data: Path, tmp_path: Path) -> None:
    """As recording has it."""
    more = '[record]\nsession_by = ["header:User-Agent"]\nmax_session_calls = 4\n'
    importer(more=more).run("flows", data / "http.flows", tmp_path / "corpus")
    assert [len(session.calls) for session in CorpusFolder(tmp_path / "corpus").sessions()] == [4, 4, 3]


def test_what_was_left_out_is_told(importer: Any, data: Path, tmp_path: Path) -> None:
    """With the first places."""
    done = importer().run("binarylog", data / "go.binlog", tmp_path / "corpus")
    assert dict(done.left_out) == {Omission.OTHER_END: 3}
    assert done.places[Omission.OTHER_END] == ["entry 1", "entry 11", "entry 17"]


def test_nothing_to_take(importer: Any, tmp_path: Path) -> None:
    """Is an error, which names the first that was left out."""
    path = tmp_path / "a.har"
    path.write_text('{"log": {"entries": [{}]}}', encoding="utf-8")
    with pytest.raises(ParityError, match="expected calls to import, got none; 1 were left out, the first at entry 1"):
        importer().run("har", path, tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("bound", ["_MAX_CALLS", "_MAX_HELD_BYTES"])
def test_memory_is_bounded(
    importer: Any, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """A file that is larger has to be imported in parts."""
    monkeypatch.setattr(importing, bound, 5)
    with pytest.raises(ParityError, match="import the file in parts"):
        importer().run("har", data / "http.har", tmp_path / "corpus")


@pytest.mark.parametrize("kind", sorted(READERS))
def test_no_file(importer: Any, tmp_path: Path, kind: str) -> None:
    """One line that names it; a folder is none, nor is one that is too large."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ParityError, match=f"{path}: expected a file to import, got"):
            importer().run(kind, path, tmp_path / "corpus")


def test_a_request_without_an_answer(importer: Any, data: Path, tmp_path: Path) -> None:
    """Is kept: a replay asks legacy."""
    importer().run("gor", data / "http.gor", tmp_path / "corpus")
    calls = [call for session in CorpusFolder(tmp_path / "corpus").sessions() for call in session.calls]
    (head,) = (call for call in calls if isinstance(call.reply, Failure))
    assert (head.request.method, head.reply.detail) == ("HEAD", "its answer was not recorded")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"status": 200', '"status": 1' + "0" * 30),
        ('"method": "GET"', '"method": "GET / HTTP/1.1\\r\\nA: b"'),
        ('"value": "notes.test"', '"value": "notes.test\\r\\nA: b"'),
    ],
)
def test_a_call_that_nobody_made_is_left_out(importer: Any, tmp_path: Path, was: str, becomes: str) -> None:
    """A status that is none could not be read again; a line end would be another field or request."""
    request = '{"method": "GET", "url": "http://h/notes/1", "headers": [{"name": "host", "value": "notes.test"}]}'
    answer = '{"status": 200, "headers": [], "content": {"size": 2, "text": "hi"}}'
    entry = f'{{"startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "request": {request}, "response": {answer}}}'
    assert was in entry
    path = tmp_path / "a.har"
    path.write_text(f'{{"log": {{"entries": [{entry}, {entry.replace(was, becomes)}]}}}}', encoding="utf-8")
    done = importer().run("har", path, tmp_path / "corpus")
    assert (done.calls, dict(done.left_out)) == (1, {Omission.DAMAGED: 1})
    assert len(list(CorpusFolder(tmp_path / "corpus").sessions())) == 1
