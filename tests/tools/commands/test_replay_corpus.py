"""crossfade replay CORPUS: a corpus, two services, an exit code."""

import importlib.util
import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half, Manifest
from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.stored import save_bindings
from crossfade.shadow.bindings.edges import Edge, read_place

_spec = importlib.util.spec_from_file_location(
    "notes_services", Path(__file__).parents[2] / "parity_tests" / "replay" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_services = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_services)
serve, numbered, renumbered = _services.serve, _services.numbered, _services.renumbered
call_of, life_of, config_of = _services.call_of, _services.life_of, _services.config_of

GATE = '[gate]\nroutes = ["*"]\nbudget_pct = 97\n'


@dataclass
class Bench:
    """A corpus of three sessions, a config, and services that can be put back."""

    folder: Path
    config: Path
    corpus: Path
    invoke: Any

    def replay(self, *words: str) -> Any:
        return self.invoke("replay", self.corpus, "--config", self.config, *words)

    def json(self, *words: str) -> Any:
        return json.loads(self.replay("--json", *words).stdout)


@pytest.fixture
def bench(
    invoke: Any, tmp_path: Path, serve: Any, numbered: Any, renumbered: Any, config_of: Any, life_of: Any
) -> Callable[..., Bench]:
    """A bench whose candidate has a bug; ``more`` is added to the config."""

    def make(bug: str = "", more: str = GATE, *, legacy: str = "", half: Half = Half.ALL) -> Bench:
        recorded = numbered(start=9001)
        corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes", half=half))
        for number in range(3):
            corpus.add(life_of(f"s-{number}", recorded, source="a run", start_s=10.0 * number))
        config_of(legacy or serve(numbered()), serve(renumbered(bug)), more)
        return Bench(tmp_path, tmp_path / "crossfade.toml", tmp_path / "corpus", invoke)

    return make


def test_alike(bench: Any) -> None:
    """Exit 0: every call of the corpus was compared, and every claim is proven by the one look at the end."""
    made = bench()
    result = made.replay()
    assert result.exit_code == 0, result.output
    assert "replay of corpus: 21 calls of 3 sessions" in " ".join(result.output.split())
    assert "21 entered = 21 matched" in result.output
    assert "legacy against legacy: not played" in " ".join(result.output.split())
    assert "web GET /notes/{id}: 6 of 6 calls" in " ".join(result.output.split())
    assert made.invoke("gate", "--config", made.config).exit_code == 0
    assert "(Clopper-Pearson)" in made.invoke("gate", "--config", made.config).output


def test_a_bug(bench: Any) -> None:
    """Exit 1, and the report says where."""
    result = bench("another").replay()
    assert result.exit_code == 1
    assert "body/text" in result.output


@pytest.mark.parametrize("choice", [("--session", "s-0", "--session", "s-2"), ("--route", "GET /notes")])
def test_a_selection_is_told_to_who_reads_the_run_later(bench: Any, choice: tuple[str, ...]) -> None:
    """Sessions that fail may have been left out, and the gate would claim the rest of all."""
    made = bench()
    sessions = choice.count("--session") or 3
    assert made.replay(*choice).exit_code == 0
    told = json.loads(made.invoke("report", "--config", made.config, "--json").stdout)
    assert told["engine"] == f"replay of corpus, {sessions} of 3 sessions chosen"
    told = made.invoke("gate", "--config", made.config)
    assert f"replay of corpus, {sessions} of 3 sessions chosen" in told.output


def test_one_look_is_of_the_whole_corpus(bench: Any) -> None:
    """So few calls prove no claim of 1 %: the exact bound needs 299."""
    made = bench(more='[gate]\nroutes = ["*"]\n')
    told = made.json()
    assert {route["ground"] for route in told["report"]["routes"]} == {"too_few_distinct"}
    assert "299 distinct are needed" in told["report"]["reasons"][0]


@pytest.mark.parametrize(("flags", "code"), [((), 3), (("--allow-inconclusive",), 0)])
def test_too_little(bench: Any, flags: tuple[str, ...], code: int) -> None:
    """Exit 3, or 0 where that is allowed."""
    assert bench(more='[gate]\nroutes = ["*"]\n').replay(*flags).exit_code == code


def test_json(bench: Any) -> None:
    """One document: what was played, and the report, which names the half."""
    made = bench(half=Half.HELD_OUT)
    told = made.json()
    assert told["report"]["engine"] == "replay of corpus (held-out half)"
    coverage = {route["route"]: route for route in told["replay"].pop("coverage")["routes"]}
    assert coverage["web GET /notes/{id}"]["calls"] == {"seen": 6, "compared": 6}
    assert coverage["web POST /notes"]["statuses"] == {"201": {"seen": 6, "compared": 6}}
    assert told["replay"] == {
        "schema_version": 1,
        "run_id": told["report"]["run_id"],
        "corpus": str(made.corpus),
        "half": "held-out",
        "sessions": 3,
        "entered": 21,
        "legacy": "live",
        "legacy_against_legacy": "not measured",
        "unclean": [],
        "not_as_recorded": {},
        "secondary_lacks": {},
        "accepted_id_changes": [],
        "broken_times": [],
        "restless": False,
        "interrupted": False,
    }


@pytest.mark.parametrize("source", ["live", "recorded"])
def test_ids_of_another_form(bench: Any, numbered: Any, serve: Any, config_of: Any, source: str) -> None:
    """Are differences until the corpus says that they may change so, and then told as an accepted change."""
    made = bench()
    numbers = count(1)

    def start() -> None:
        port = type(numbered())(lambda: str(uuid.UUID(int=next(numbers), version=4)))
        config_of(serve(numbered()), serve(port), GATE)

    start()
    assert made.replay("--legacy", source).exit_code == 1
    edge = Edge(
        kind="note",
        consumer=read_place("GET /notes/* path/notes/*"),
        producers=(read_place("POST /notes body/id"), read_place("GET /notes body/notes/*/id")),
        forms=("number", "uuid"),
    )
    kept = Kept(edge=edge, support=1.0, sessions=3, legacy="number", candidate="uuid", reviewed=True)
    save_bindings(made.corpus, (kept,))
    start()
    result = made.replay("--legacy", source)
    assert (result.exit_code, "accepted change of ids: note: number -> uuid" in result.output) == (0, True), (
        result.output
    )


def test_a_choice(bench: Any) -> None:
    """By id, or by a route of which a session has a call; either way whole sessions."""
    made = bench()
    assert made.json("--session", "s-1")["replay"]["entered"] == 7
    assert made.json("--route", "PUT *")["replay"]["sessions"] == 3
    nothing = made.replay("--route", "PATCH *")
    assert (nothing.exit_code, "expected sessions to play, got none" in nothing.output) == (2, True)
    wrong = made.replay("--session", "s-9")
    assert (wrong.exit_code, "expected a session" in wrong.output) == (2, True)


def test_legacy_from_its_recording(bench: Any) -> None:
    """No legacy is there, and none is missed."""
    made = bench(legacy="http://127.0.0.1:2")
    assert made.replay("--legacy", "recorded").exit_code == 0
    result = made.replay()
    assert result.exit_code == 4
    assert (
        result.output
        == "error: web: legacy can't be reached: http://127.0.0.1:2 (Connection refused); start what is missing\n"
    )


def _putting_back(url: str) -> str:
    """A command that empties a service."""
    code = f"from urllib.request import urlopen; urlopen('{url}/notes/reset')"
    return f"{GATE}[replay]\nreset_legacy = {json.dumps([sys.executable, '-c', code])}\n"


def test_legacy_twice(bench: Any, serve: Any, numbered: Any) -> None:
    """Where its data can be put back, legacy is played before: its ids are others then, and nothing else is."""
    legacy = serve(numbered())
    made = bench(more=_putting_back(legacy), legacy=legacy)
    told = made.json()
    assert told["replay"]["legacy_against_legacy"] == "twice"
    assert told["replay"]["unclean"] == []
    assert told["report"]["totals"]["secondary_asked"] == 21
    assert told["report"]["verdict"] == "pass"


def test_legacy_is_not_clean(bench: Any, serve: Any, numbered: Any) -> None:
    """What it answers differently the second time proves nothing: exit 3, with the place."""
    legacy = serve(numbered("counts"))
    made = bench("counts", _putting_back(legacy), legacy=legacy)
    result = made.replay()
    assert (
        result.exit_code,
        "not clean: nothing can be said of GET /notes body/made" in " ".join(result.output.split()),
    ) == (3, True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("echo no base; exit 3", "exit 0, got 3"), ("echo no base; exec sleep 60", "an end within 2 s")],
)
def test_a_reset_that_fails(bench: Any, code: str, expected: str) -> None:
    """Exit 4, with what it printed; nothing was played, and no run is left behind."""
    command = json.dumps(["/bin/sh", "-c", code])
    made = bench(more=f"{GATE}[replay]\nreset_candidate = {command}\nreset_timeout_s = 2\n")
    result = made.replay()
    assert result.exit_code == 4
    assert f"replay.reset_candidate: expected {expected}" in result.output
    assert "no base" in result.output
    assert made.invoke("report", "--config", made.config, "--list").exit_code == 4


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "expected a CORPUS or --rediff, got neither"),
        (("corpus", "--rediff", "run-1"), "expected a CORPUS or --rediff, got both"),
        (("corpus", "--check"), "expected --check beside --rediff"),
        (("--rediff", "run-1", "--session", "a"), "expected a CORPUS with --session, got --rediff"),
    ],
)
def test_wrong_usage(invoke: Any, words: tuple[str, ...], expected: str) -> None:
    """Exit 2, and a line that says which."""
    result = invoke("replay", *words)
    assert (result.exit_code, expected in result.output) == (2, True)


def test_no_corpus(bench: Any) -> None:
    """A folder without one."""
    made = bench()
    result = made.invoke("replay", made.folder, "--config", made.config)
    assert (result.exit_code, "expected a corpus, got none" in result.output) == (2, True)


def test_self_test(bench: Any) -> None:
    """Without rules each fault is found, on each route."""
    told = bench().json("--self-test")["replay"]["self_test"]
    assert told["found"] == told["tried"] > 50
    assert {route["route"] for route in told["routes"]} >= {"POST /notes", "GET /notes/{id}", "DELETE /notes/{id}"}


def test_self_test_of_a_rule_that_is_too_broad(bench: Any) -> None:
    """The rule is named, with what it hides."""
    ignore = '[[compare.ignore]]\nroute = "GET /notes/*"\npath = "body/*"\nreason = "too broad"\n'
    output = " ".join(bench(more=GATE + ignore).replay("--self-test").output.split())
    assert "GET /notes/{id}: 2 (14.2 %) of 14; value 0 of 4, missing 0 of 4, added 0 of 2, record 0 of 2" in output
    assert "12 hidden by an ignore rule: GET /notes/* body/* (too broad)" in output
