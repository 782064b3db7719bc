"""crossfade corpus split."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half, Manifest, Session
from crossfade.parity_tests.mining.stored import load_bindings
from crossfade.tools.cli import main

BINDINGS = """\
version = 1

[[edge]]
kind = "order"
consumer = "GET /orders/* path/orders/*"
producers = ["POST /orders body/id"]
support = 0.97
sessions = 187
legacy = "number"
candidate = "uuid"
reviewed = true
"""


def split(tmp_path: Path, *more: Any, mode: int = 0o600) -> Result:
    """Splits a corpus of 30 sessions."""
    corpus = CorpusFolder.create(tmp_path / "all", Manifest(service="builds"))
    for number in range(30):
        corpus.add(Session(id=f"s-{number}", calls=()))
    key = tmp_path / "split.key"
    key.write_text("0123456789abcdef" * 2, encoding="utf-8")
    key.chmod(mode)
    words = ("--key", key, "--output-open", tmp_path / "open", "--output-held-out", tmp_path / "held", *more)
    return CliRunner().invoke(main, ["corpus", "split", str(tmp_path / "all"), *map(str, words)])


def test_both_halves(tmp_path: Path) -> None:
    """Are told in words."""
    result = split(tmp_path)
    opened, held = (len(CorpusFolder(tmp_path / name).session_ids()) for name in ("open", "held"))
    assert result.output == f"{opened} sessions in {tmp_path / 'open'}, {held} held out in {tmp_path / 'held'}\n"
    assert (result.exit_code, opened + held) == (0, 30)
    halves = [CorpusFolder(tmp_path / name).manifest.half for name in ("open", "held")]
    assert halves == [Half.OPEN, Half.HELD_OUT]


def test_what_was_reviewed_holds_in_both(tmp_path: Path) -> None:
    """The bindings of the corpus are copied."""
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "bindings.toml").write_text(BINDINGS, encoding="utf-8")
    assert split(tmp_path).exit_code == 0
    kept = load_bindings(folder)
    assert kept
    assert [load_bindings(tmp_path / name) for name in ("open", "held")] == [kept, kept]


def test_json(tmp_path: Path) -> None:
    """The same for a program."""
    told = json.loads(split(tmp_path, "--json", "--held-out", 20).stdout)
    assert told["open"] + told["held_out"] == 30
    assert told["open"] > told["held_out"]


def test_a_key_that_others_may_read(tmp_path: Path) -> None:
    """Is refused, like one that is not there."""
    result = split(tmp_path, mode=0o644)
    assert (result.exit_code, "expected mode 0600, got 0644" in result.output) == (4, True)
    assert not (tmp_path / "open").exists()


def test_no_key(tmp_path: Path) -> None:
    """The line says how to write one."""
    result = split(tmp_path, "--key", tmp_path / "none")
    assert (result.exit_code, "write one: openssl rand -hex 32" in result.output) == (2, True)
