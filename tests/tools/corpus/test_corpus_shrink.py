"""crossfade corpus shrink: a corpus, two services, cases."""

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest
from crossfade.tools.cli import main

_spec = importlib.util.spec_from_file_location(
    "notes_services", Path(__file__).parents[2] / "parity_tests" / "replay" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_services = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_services)
serve, numbered, renumbered = _services.serve, _services.numbered, _services.renumbered
call_of, life_of, config_of = _services.call_of, _services.life_of, _services.config_of


@pytest.fixture
def shrink(
    tmp_path: Path, serve: Any, numbered: Any, renumbered: Any, config_of: Any, life_of: Any
) -> Callable[..., Result]:
    """Shrinks two sessions of seven calls each, with a candidate that has a bug; ``reset``: the sides are put back."""

    def run(bug: str, *more: Any, legacy_bug: str = "", reset: bool = False, secondary: str = "") -> Result:
        recorded = numbered(start=9001)
        if not (tmp_path / "corpus").exists():
            corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes"))
            for number in range(2):
                corpus.add(life_of(f"s-{number}", recorded, source="a run", start_s=10.0 * number))
        sides = {"legacy": serve(numbered(legacy_bug)), "candidate": serve(renumbered(bug))}
        config_of(*sides.values(), _putting_back(sides) if reset else "")
        if secondary:
            path = tmp_path / "crossfade.toml"
            text = path.read_text(encoding="utf-8").replace("[routes]", f'secondary = "{secondary}"\n[routes]')
            path.write_text(text, encoding="utf-8")
        words = ["corpus", "shrink", tmp_path / "corpus", "--config", tmp_path / "crossfade.toml"]
        return CliRunner().invoke(main, [*map(str, [*words, "--output", tmp_path / "cases", *more])])

    return run


def _putting_back(sides: dict[str, str]) -> str:
    """Commands that empty the services."""
    code = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + '/notes/reset')"
    lines = [f"reset_{side} = {json.dumps([sys.executable, '-S', '-c', code, url])}" for side, url in sides.items()]
    return "\n".join(["[replay]", *lines, ""])


def test_a_case_for_each_failure(shrink: Any, tmp_path: Path) -> None:
    """Each is told and written, once for all sessions that show it."""
    result = shrink("another")
    assert result.exit_code == 0, result.output
    assert "web GET /notes/{id}  body/text value: confirmed" in result.stdout
    cases = list(CorpusFolder(tmp_path / "cases").sessions())
    assert f"{len(cases)} failures shrunk; the cases are in {tmp_path / 'cases'}\n" in result.stdout
    assert "[replay] reset_legacy and reset_candidate end that" in result.stdout
    assert len({case.id for case in cases}) == len(cases) == result.stdout.count("calls left")
    assert all([call.request.id for call in case.calls] == list("1234567")[: len(case.calls)] for case in cases)


@pytest.mark.slow
def test_each_replay_begins_from_the_same_state(shrink: Any, tmp_path: Path) -> None:
    """The record of another note: two are made, and the second one is read."""
    result = shrink("another", "--max-cases", 1, "--session", "s-0", reset=True)
    assert "confirmed" in result.stdout
    (case,) = CorpusFolder(tmp_path / "cases").sessions()
    assert [call.request.method for call in case.calls] == ["POST", "POST", "GET"]


@pytest.mark.slow
def test_legacy_that_differs_from_itself(shrink: Any) -> None:
    """Where legacy can be put back, it is played twice: what differs then is a candidate for noise."""
    result = shrink("counts", "--max-cases", 1, legacy_bug="counts", reset=True)
    assert "noise candidate: legacy differs from itself there" in result.stdout


def test_once_more(shrink: Any, tmp_path: Path) -> None:
    """A case that is there already stays."""
    shrink("another")
    before = sorted(path.read_bytes() for path in (tmp_path / "cases" / "sessions").iterdir())
    assert shrink("another").exit_code == 0
    assert sorted(path.read_bytes() for path in (tmp_path / "cases" / "sessions").iterdir()) == before


def test_json(shrink: Any) -> None:
    """A line for each failure."""
    told = [
        json.loads(line)
        for line in shrink("another", "--json", "--session", "s-0", "--max-cases", 1).stdout.splitlines()
    ]
    assert [(item["verdict"], item["minimal"], item["calls"] <= 3) for item in told] == [("confirmed", True, True)]
    assert told[0]["calls_before"] == 7


def test_nothing_fails(shrink: Any, tmp_path: Path) -> None:
    """Then there is no case, and no corpus of none."""
    result = shrink("")
    assert (result.exit_code, result.stdout) == (0, "no session failed\n")
    assert not (tmp_path / "cases").exists()


def test_two_legacies_that_differ(shrink: Any, serve: Any, renumbered: Any) -> None:
    """What differs between them in the same way is a candidate for noise, or excused at once."""
    result = shrink("another", secondary=serve(renumbered("another")))
    assert "confirmed" not in result.output


def test_no_service(tmp_path: Path, config_of: Any) -> None:
    """Exit 4, and one line."""
    CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes"))
    config_of("http://127.0.0.1:2", "http://127.0.0.1:3")
    words = ["corpus", "shrink", tmp_path / "corpus", "--config", tmp_path / "crossfade.toml"]
    result = CliRunner().invoke(main, [*map(str, [*words, "--output", tmp_path / "cases"])])
    assert (result.exit_code, "web: legacy can't be reached" in result.output) == (4, True)
