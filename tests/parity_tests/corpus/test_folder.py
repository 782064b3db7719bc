"""A corpus on disk."""

from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half, Manifest, Session


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Sessions come in the order of their ids."""
    corpus = CorpusFolder.create(tmp_path / "c", Manifest(service="builds", half=Half.OPEN))
    for name in ("b", "a"):
        corpus.add(Session(id=name, calls=()))
    again = CorpusFolder(tmp_path / "c")
    assert again.manifest == Manifest(service="builds", half=Half.OPEN)
    assert [session.id for session in again.sessions()] == ["a", "b"]
    assert again.contract() is None


def test_a_corpus_is_not_overwritten(tmp_path: Path) -> None:
    """Neither it nor one of its sessions."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    corpus.add(Session(id="a", calls=()))
    with pytest.raises(ParityError, match="expected a new session"):
        corpus.add(Session(id="a", calls=()))
    with pytest.raises(ParityError, match="expected no corpus yet"):
        CorpusFolder.create(tmp_path, Manifest(service="builds"))


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".a", "a" * 200, "a\n"])
def test_an_id_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    """It can't lead out of the corpus."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    with pytest.raises(ParityError, match="expected letters"):
        corpus.add(Session(id=name, calls=()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected what crossfade writes"),
        ('{"crossfade_corpus": 7}', "expected version 1"),
        ("[]", "expected what"),
    ],
)
def test_another_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file."""
    (tmp_path / "corpus.json").write_text(text, encoding="utf-8")
    with pytest.raises(ParityError, match=message):
        CorpusFolder(tmp_path)


def test_no_corpus(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(ParityError, match=f"{tmp_path}: expected a corpus, got none"):
        CorpusFolder(tmp_path)


def test_a_damaged_session_is_named(tmp_path: Path) -> None:
    """With its file."""
    corpus = CorpusFolder.create(tmp_path, Manifest(service="builds"))
    (tmp_path / "sessions" / "a.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(ParityError, match=r"a\.jsonl: expected lines as crossfade writes them"):
        corpus.session("a")
