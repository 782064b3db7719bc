"""crossfade corpus bindings."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.tools.cli import main

EDGE = "number: POST /tickets body/number -> GET /status query/of"


def bindings(corpus: CorpusFolder, config: Path, *more: str) -> Result:
    """Runs the command."""
    return CliRunner().invoke(main, ["corpus", "bindings", str(corpus.folder), "--config", str(config), *more])


def review(corpus: CorpusFolder, *changes: tuple[str, str]) -> str:
    """Changes the file as a person does."""
    path = corpus.folder / "bindings.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return text


def test_written_reviewed_checked(corpus: CorpusFolder, serve: Any, config_file: Any) -> None:
    """What is found is written; it fails a check until it was reviewed, and a change of form until it is declared."""
    config = config_file(serve(lambda at: at + 100), serve(lambda at: f"T-{at}"))
    assert (bindings(corpus, config, "--check").exit_code, (corpus.folder / "bindings.toml").exists()) == (1, False)
    written = bindings(corpus, config)
    assert written.output == f"1 edges in {corpus.folder / 'bindings.toml'}, 1 to review\n"
    unreviewed = bindings(corpus, config, "--check")
    assert (unreviewed.exit_code, unreviewed.output.splitlines()[0].split(" (")[0]) == (
        1,
        f"{EDGE}: nobody reviewed this edge",
    )
    review(corpus, ("reviewed = false", "reviewed = true"))
    undeclared = bindings(corpus, config, "--check")
    assert (undeclared.exit_code, undeclared.output.splitlines()[0]) == (
        1,
        f"{EDGE}: ids are number -> prefix T-, declared is none",
    )
    review(corpus, ("\nreviewed = true", '\nreviewed = true\nforms = ["number", "prefix T-"]'))
    checked = bindings(corpus, config, "--check")
    assert (checked.exit_code, checked.output) == (
        0,
        "accepted change of ids: number: number -> prefix T-\n0 to review, 1 edges\n",
    )


def test_json(corpus: CorpusFolder, serve: Any, config_file: Any) -> None:
    """The same for a program."""
    config = config_file(serve(lambda at: at + 100), serve(lambda at: at + 300))
    told = json.loads(bindings(corpus, config, "--check", "--json").stdout)
    assert told["edges"] == [
        {
            "kind": "number",
            "consumer": "GET /status query/of",
            "producers": ["POST /tickets body/number"],
            "support": 1.0,
            "sessions": 6,
            "legacy": "number",
            "candidate": "number",
            "reviewed": False,
            "plain": False,
            "seeded": False,
            "forms": None,
        }
    ]
    assert len(told["to_review"]) == 1


def test_no_service(corpus: CorpusFolder, config_file: Any) -> None:
    """Nothing can be said, and nothing is written."""
    result = bindings(corpus, config_file("http://127.0.0.1:9", "http://127.0.0.1:7"))
    assert (result.exit_code, "no call was answered both" in result.output) == (3, True)
    assert not (corpus.folder / "bindings.toml").exists()


def test_one_store_for_both(corpus: CorpusFolder, config_file: Any) -> None:
    """There are no ids to bind."""
    result = bindings(corpus, config_file("http://127.0.0.1:9", "http://127.0.0.1:7", "shared"))
    assert (result.exit_code, "expected own stores" in result.output) == (2, True)


def test_a_damaged_file(corpus: CorpusFolder, config_file: Any) -> None:
    """One line says where."""
    (corpus.folder / "bindings.toml").write_text("version = 1\n[[edge]]\n", encoding="utf-8")
    result = bindings(corpus, config_file("http://127.0.0.1:9", "http://127.0.0.1:7"))
    assert (result.exit_code, "bindings.toml: edge 1: expected what crossfade writes" in result.output) == (2, True)
