"""crossfade mock."""

import json
import os
import signal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

CONFIG = """\
[service]
name = "notes"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:8000"
candidate = "http://127.0.0.1:9"
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """One call, twice, with another answer."""
    calls = []
    for number in (1, 2):
        request = Request(
            id=str(number),
            protocol=Protocol.HTTP,
            method="GET",
            scheme="http",
            authority="x",
            target="/ok",
            headers=(),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=float(number),
        )
        reply = Answer(status=200, headers=(), body=b"%d" % number, truncated=False, trailers=(), latency_ms=1.0)
        info = RouteInfo(route="GET /ok", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
        calls.append(Call(route=info, request=request, reply=reply, write=False))
    CorpusFolder.create(tmp_path / "corpus", Manifest(service="x")).add(Session(id="s-1", calls=tuple(calls)))
    return tmp_path / "corpus"


def get(address: str, target: str) -> tuple[int, bytes]:
    """Status and body."""
    connection = HTTPConnection(address, timeout=20)
    connection.request("GET", target)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_ended(command: Any, corpus: Path, number: signal.Signals) -> None:
    """SIGHUP begins anew; what was not recorded is told once, and counted."""
    child = command("mock", corpus, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", cwd=corpus.parent)
    line = child.stdout.readline()
    assert line.startswith("answering 2 recorded calls: HTTP at 127.0.0.1:")
    address = line.partition("HTTP at ")[2].partition(",")[0]
    assert [get(address, "/ok")[1] for _ in range(3)] == [b"1", b"2", b"2"]
    os.kill(child.pid, signal.SIGHUP)
    assert child.stdout.readline() == "the recording begins anew\n"
    assert get(address, "/ok") == (200, b"1")
    status, body = get(address, "/other?secret=1")
    assert (status, json.loads(body)["nearest"]["request"]) == (501, "GET /ok")
    assert get(address, "/other?secret=2")[0] == 501
    os.kill(child.pid, number)
    output, errors = child.communicate(timeout=30)
    assert output == "not recorded: GET /other\n2 requests were not recorded\n"
    assert (child.returncode, errors) == (130 if number == signal.SIGINT else 0, "")


def test_no_corpus(invoke: Any, tmp_path: Path) -> None:
    """Exit 2 and one line."""
    result = invoke("mock", tmp_path)
    assert (result.exit_code, result.output) == (
        2,
        f"error: {tmp_path}: expected a corpus, got none (No such file or directory)\n",
    )


def test_an_address_that_is_taken(command: Any, corpus: Path) -> None:
    """Exit 4 and one line."""
    first = command("mock", corpus, "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", cwd=corpus.parent)
    address = first.stdout.readline().partition("HTTP at ")[2].partition(",")[0]
    second = command("mock", corpus, "--http", address, "--grpc", "127.0.0.1:0", cwd=corpus.parent)
    _, errors = second.communicate(timeout=30)
    assert (second.returncode, errors) == (
        4,
        f"error: {address}: expected a free address, got Address already in use\n",
    )
    os.kill(first.pid, signal.SIGTERM)
    first.communicate(timeout=30)


def test_what_is_no_address(invoke: Any, corpus: Path) -> None:
    """Wrong usage."""
    result = invoke("mock", corpus, "--http", "here")
    assert (result.exit_code, "expected host:port, got 'here'" in result.output) == (2, True)


def test_a_corpus_that_is_too_large(invoke: Any, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is not read into memory."""
    monkeypatch.setattr("crossfade.tools.mock_run.MAX_CORPUS_BYTES", 10)
    result = invoke("mock", corpus)
    assert (result.exit_code, "expected at most 10 bytes, got" in result.output) == (2, True)


def test_secrets_are_known_again(command: Any, tmp_path: Path) -> None:
    """By the key under which they were recorded: a person can log in with the real password."""
    data = Path(__file__).parents[2] / "parity_tests" / "formats" / "data" / "http.flows"
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    env = {"CROSSFADE_REDACTION_KEY": "k" * 32}
    words = ("--from", "flows", data, "--output", tmp_path / "corpus", "--config", config)
    made = command("corpus", "import", *words, cwd=tmp_path, env=env)
    assert made.communicate(timeout=60)[1] == ""
    ports = ("--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0")
    child = command("mock", tmp_path / "corpus", *ports, "--config", config, cwd=tmp_path, env=env)
    address = child.stdout.readline().partition("HTTP at ")[2].partition(",")[0]
    connection = HTTPConnection(address, timeout=20)
    for password, status in (("hunter2", 200), ("hunter3", 501)):
        sent = json.dumps({"user": "ann", "password": password})
        connection.request("POST", "/login", sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (status, True)
    connection.close()
    os.kill(child.pid, signal.SIGTERM)
    assert child.communicate(timeout=30)[1] == ""


def test_no_key(invoke: Any, corpus: Path, tmp_path: Path) -> None:
    """With a config there has to be one."""
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    result = invoke("mock", corpus, "--config", config)
    assert (result.exit_code, "expected the key of the recording, got none" in result.output) == (2, True)
