"""crossfade corpus info."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Half, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.tools.cli import main


def info(tmp_path: Path, *more: Any, route: str = "GET /builds/{id}", begun: bool = False) -> Result:
    """Shows a corpus of one call."""
    request = Request(
        id="1",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="svc.test",
        target="/builds/1",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    reply = Answer(status=200, headers=(), body=b"{}", truncated=False, trailers=(), latency_ms=1.0)
    named = RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    call = Call(route=named, request=request, reply=reply, write=True, scrambled=True)
    corpus = CorpusFolder.create(tmp_path / "c", Manifest(service="builds", half=Half.OPEN))
    if begun:
        corpus.append("0001-a", call, source="live")
    else:
        corpus.add(Session(id="0001-a", calls=(call,)))
    return CliRunner().invoke(main, ["corpus", "info", str(tmp_path / "c"), *map(str, more)])


def test_a_person_reads_a_line_for_each_route(tmp_path: Path) -> None:
    """With what is to know of its calls."""
    result = info(tmp_path)
    assert result.exit_code == 0
    first, _, route = result.output.splitlines()
    assert first.startswith("builds, open half: 1 calls of 1 routes in 1 sessions, ")
    assert route.split() == ["web", "GET", "/builds/{id}", "http", "1", "1", "200", "x1", "1", "with", "other", "bytes"]


def test_a_long_or_odd_name_stays_readable(tmp_path: Path) -> None:
    """It is not cut, and moves no cursor."""
    result = info(tmp_path, route="GET /" + "a" * 80 + "\x1b[2J")
    assert "a" * 80 in result.output
    assert "\x1b[2J" not in result.output


def test_a_session_that_was_cut_off_is_told(tmp_path: Path) -> None:
    """Its whole calls count."""
    assert "1 sessions are being recorded, or were cut off" in info(tmp_path, begun=True).output


def test_json(tmp_path: Path) -> None:
    """The same for a program."""
    told = json.loads(info(tmp_path, "--json").stdout)
    assert (told["calls"], told["routes"][0]["statuses"]) == (1, {"200": 1})


def test_no_corpus(tmp_path: Path) -> None:
    """Exit 2, one line."""
    result = CliRunner().invoke(main, ["corpus", "info", str(tmp_path)])
    assert (result.exit_code, "expected a corpus, got none" in result.output) == (2, True)
