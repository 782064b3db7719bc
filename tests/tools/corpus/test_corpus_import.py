"""crossfade corpus import."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.formats.exchanges import OMISSIONS, Omission
from crossfade.tools.cli import main

CONFIG = """\
[service]
name = "notes"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:8000"
candidate = "http://127.0.0.1:9"
"""
DATA = Path(__file__).parents[2] / "parity_tests" / "formats" / "data"


def run(tmp_path: Path, kind: str, file: str, *more: Any) -> Result:
    """Imports a file of a real tool."""
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG, encoding="utf-8")
    words = ("--from", kind, DATA / file, "--output", tmp_path / "corpus", "--config", config, *more)
    return CliRunner().invoke(main, ["corpus", "import", *map(str, words)])


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all pseudonyms."""
    monkeypatch.setenv("CROSSFADE_REDACTION_KEY", "k" * 32)


def test_what_was_taken_and_what_not(tmp_path: Path) -> None:
    """In a few lines."""
    result = run(tmp_path, "binarylog", "go.binlog")
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert first == f"3 calls to 2 routes in 1 sessions: {tmp_path / 'corpus'}"
    told = "logged by a client, beside those that the server logged: entry 1, entry 11, entry 17"
    assert second == f"  left out: 3 {told}"
    assert len(CorpusFolder(tmp_path / "corpus").session_ids()) == 1


def test_json(tmp_path: Path) -> None:
    """The same for a program."""
    told = json.loads(run(tmp_path, "gor", "http.gor", "--json").stdout)
    assert (told["calls"], told["unanswered"], told["left_out"]) == (11, 1, {})
    assert "web GET /events" in told["routes"]
    assert "1 of them without a recorded answer" in run(tmp_path, "gor", "http.gor", "--output", tmp_path / "2").output


def test_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept without one."""
    monkeypatch.delenv("CROSSFADE_REDACTION_KEY")
    result = run(tmp_path, "har", "http.har")
    assert (result.exit_code, "expected a redaction key, got none" in result.output) == (2, True)
    assert not (tmp_path / "corpus").exists()


def test_another_format(tmp_path: Path) -> None:
    """Exit 2 and one line."""
    result = run(tmp_path, "har", "http.gor")
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {DATA / 'http.gor'}: expected a HAR with log.entries, got ")


def test_every_omission_has_its_words() -> None:
    """None is told by its name."""
    assert set(OMISSIONS) == set(Omission)
