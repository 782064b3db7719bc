"""crossfade minimise."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.stored import load_bindings, save_bindings
from crossfade.shadow.bindings.edges import Edge, Place
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Unchanged
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Example, Judged, RequestSample
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.tools.cli import main

RUN = RunInfo(
    run_id="run-1",
    service="notes",
    engine="replay of all",
    legacy_build="py",
    candidate_build="java",
    rules_digest="r",
    contract_digest="",
    started_at=1.0,
)


def call(number: int, size: int) -> Call:
    """A note of this size is made."""
    kind = (("content-type", "application/json"),)
    request = Request(
        id=str(number),
        protocol=Protocol.HTTP,
        method="POST",
        scheme="http",
        authority="notes.test",
        target="/notes",
        headers=kind,
        body=json.dumps({"size": size}).encode(),
        truncated=False,
        trailers=(),
        started_at=1.0 + number,
    )
    reply = Answer(status=200, headers=kind, body=b"{}", truncated=False, trailers=(), latency_ms=1.0)
    route = RouteInfo(route="POST /notes", protocol="http", call_type="http", stage=Stage.SHADOW)
    return Call(route=route, request=request, reply=reply, write=True)


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusFolder:
    """Twenty sessions of which one is odd in its second call of three."""
    made = CorpusFolder.create(tmp_path / "all", Manifest(service="notes"))
    for number in range(19):
        made.add(Session(id=f"s-{number:02}", calls=(call(1, 5), call(2, 6))))
    made.add(Session(id="odd", calls=(call(1, 5), call(2, -5), call(3, 5))))
    return made


def run(corpus: CorpusFolder, *more: Any) -> Result:
    """Minimises it into ``small`` beside it."""
    output = corpus.folder.parent / "small"
    return CliRunner().invoke(main, ["minimise", str(corpus.folder), "--output", str(output), *map(str, more)])


def small(corpus: CorpusFolder) -> dict[str, int]:
    """The calls of each session that was kept."""
    return {session.id: len(session.calls) for session in CorpusFolder(corpus.folder.parent / "small").sessions()}


def test_what_is_kept_and_why(corpus: CorpusFolder) -> None:
    """The odd session up to its odd call, one at random, and lines that say so."""
    result = run(corpus)
    assert result.exit_code == 0
    assert result.output.startswith("kept 4 of 41 calls (9.76 %) in 2 of 20 sessions\n")
    assert "  odd  2 of 3 calls  " in result.output
    assert result.output.endswith(f"wrote {corpus.folder.parent / 'small'}\n")
    assert small(corpus)["odd"] == 2
    assert len(small(corpus)) == 2


def test_json_and_choices(corpus: CorpusFolder) -> None:
    """Whole sessions, no tail, and one that is to be kept."""
    result = run(corpus, "--json", "--whole", "--keep-tail-pct", 0, "--keep", "s-03")
    told = json.loads(result.stdout)
    assert {item["session"]: item["why"] for item in told["kept"]} == {
        "s-03": "diverged before",
        "odd": "shows what no other kept session shows",
    }
    assert small(corpus) == {"s-03": 2, "odd": 3}


def test_bindings_come_along(corpus: CorpusFolder) -> None:
    """What was reviewed for the corpus counts for the small one."""
    consumer, producer = (Place(endpoint, Site(Part.BODY, ("note_id",))) for endpoint in ("GET /a", "POST /a"))
    edge = Edge(kind="note", consumer=consumer, producers=(producer,))
    kept = Kept(edge=edge, support=1.0, sessions=3, legacy="number", candidate="uuid", reviewed=True)
    save_bindings(corpus.folder, (kept,))
    run(corpus)
    assert load_bindings(corpus.folder.parent / "small") == (kept,)


def test_what_a_run_names(corpus: CorpusFolder, service: Any) -> None:
    """A session of which a call is an example of a cluster of a replay is kept to its end."""
    writer = EvidenceWriter.begin(store_in(service.store.parent), RUN, Unchanged())
    fingerprint = Fingerprint(template="body/a", kind="value")
    sample = RequestSample(protocol="http", method="GET", target="/notes", headers=(), body="")
    example = Example(
        comparison_id="s-07.2", fingerprint=fingerprint, path="body/a", legacy="1", candidate="2", request=sample
    )
    writer.add(
        Judged(
            route=call(1, 1).route,
            at=1.0,
            request_hash=1,
            signature=(fingerprint,),
            noise=None,
            examples=(example,),
            legacy_ms=1.0,
            candidate_ms=1.0,
        )
    )
    writer.finish({call(1, 1).route: 1}, now=2.0)
    result = run(corpus, "--run", RUN.run_id, "--config", service.config, "--keep-tail-pct", 0)
    assert "  s-07  2 of 2 calls  diverged before\n" in result.output
    assert small(corpus) == {"s-07": 2, "odd": 2}


def test_no_corpus(tmp_path: Path) -> None:
    """One line, and the code for wrong use."""
    result = CliRunner().invoke(main, ["minimise", str(tmp_path), "--output", str(tmp_path / "small")])
    assert (result.exit_code, "expected a corpus, got none" in result.output) == (2, True)


def test_output_is_there(corpus: CorpusFolder) -> None:
    """Nothing is written over."""
    run(corpus)
    assert run(corpus).exit_code == 2
