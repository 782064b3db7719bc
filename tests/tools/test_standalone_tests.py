"""What exported tests do not check comes from the config, and from the newest run."""

import datetime
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.standalone.project import Framework
from crossfade.shadow.config import load_config
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.tools import standalone_tests
from crossfade.tools.cli import main

CONFIG = """\
[service]
name = "n"
[[listen]]
name = "http"
address = "127.0.0.1:1"
legacy = "http://127.0.0.1:2"
candidate = "http://127.0.0.1:3"
[[compare.ignore]]
route = "GET /a"
path = "body/ignored"
reason = "r"
[[compare.ignore]]
route = "GET /b"
path = "*"
reason = "r"
[[accept]]
route = "*"
path = "body/accepted"
reason = "r"
[[accept]]
route = "*"
path = "body/kept"
reason = "r"
expires = 2020-01-31
"""
ANSWER = {"ignored": 1, "accepted": 2, "kept": 3, "noisy": 4}
TODAY = datetime.date(2026, 1, 1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Rules for one route, all routes and another one."""
    path = tmp_path / "crossfade.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusFolder:
    """One call."""
    request = Request(
        id="c",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="x",
        target="/a",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    headers = (("content-type", "application/json"),)
    body = json.dumps(ANSWER).encode()
    reply = Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)
    route = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW, listener="http")
    corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="n"))
    corpus.add(Session(id="s", calls=(Call(route=route, request=request, reply=reply, write=False),)))
    return corpus


def _expected(folder: Path) -> Any:
    return json.loads((folder / "sessions" / "s.json").read_text(encoding="utf-8"))["calls"][0]["expected"]["json"]


def test_rules_count(tmp_path: Path, config: Path, corpus: CorpusFolder) -> None:
    """Those of the route, unless they have expired."""
    done = standalone_tests.write_tests(load_config(config), corpus, Framework.PYTEST, tmp_path / "out", TODAY)
    assert _expected(tmp_path / "out") == {"ignored": "${*}", "accepted": "${*}", "kept": 3, "noisy": 4}
    assert standalone_tests.export_lines(done, Path("out")) == ["out: 1 sessions with 1 calls"]


def test_noise_counts(tmp_path: Path, config: Path, corpus: CorpusFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the newest run shows it; what is open there is checked."""
    clusters = [
        SimpleNamespace(status=status, route=route, path=f"body/{name}")
        for status, route, name in (
            ("noise", "GET /a", "noisy"),
            ("open", "GET /a", "kept"),
            ("noise", "GET /b", "kept"),
        )
    ]
    monkeypatch.setattr(standalone_tests, "report_of", lambda *_, **__: SimpleNamespace(clusters=clusters))
    standalone_tests.write_tests(load_config(config), corpus, Framework.PYTEST, tmp_path / "out", TODAY)
    assert _expected(tmp_path / "out") == {"ignored": "${*}", "accepted": "${*}", "kept": 3, "noisy": "${*}"}


def test_the_command(tmp_path: Path, config: Path, corpus: CorpusFolder) -> None:
    """Writes into a new folder, and says that it needs one."""
    words = ["replay", str(corpus.folder), "--config", str(config), "--export", "junit5"]
    out = tmp_path / "out"
    done = CliRunner().invoke(main, [*words, "--output", str(out)])
    assert (done.exit_code, done.output) == (0, f"{out}: 1 sessions with 1 calls\n")
    assert (out / "src/test/resources/sessions/s.json").is_file()
    assert (out / "pom.xml").is_file()
    failed = CliRunner().invoke(main, words)
    assert failed.exit_code == 2
    assert "expected --output with --export, got none; name a new folder" in failed.output
