"""The open and the held-out half of a corpus."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half, Manifest, Session
from crossfade.parity_tests.corpus.split import is_held_out, split_corpus

KEY = b"k" * 32


def corpus_in(folder: Path, count: int, half: Half = Half.ALL) -> CorpusFolder:
    """A corpus of so many sessions."""
    corpus = CorpusFolder.create(folder, Manifest(service="builds", half=half))
    for number in range(count):
        corpus.add(Session(id=f"s-{number}", calls=(), source="a test"))
    return corpus


def into(folder: Path) -> Callable[[Half], CorpusFolder]:
    """Makes the folder of each half, called like it."""
    return lambda half: CorpusFolder.create(folder / half, Manifest(service="builds", half=half))


def test_each_session_is_in_one_half(tmp_path: Path) -> None:
    """As it was; and each half says which it is."""
    corpus = corpus_in(tmp_path / "all", 40)
    counts = split_corpus(corpus, KEY, 50, into(tmp_path))
    opened, held = CorpusFolder(tmp_path / "open"), CorpusFolder(tmp_path / "held-out")
    assert (opened.manifest.half, held.manifest.half) == (Half.OPEN, Half.HELD_OUT)
    assert (len(opened.session_ids()), len(held.session_ids())) == counts
    assert sorted((*opened.session_ids(), *held.session_ids())) == sorted(corpus.session_ids())
    assert list(held.sessions()) == [corpus.session(name) for name in held.session_ids()]


@pytest.mark.parametrize("pct", [20, 50, 80])
def test_the_share_is_kept(pct: float) -> None:
    """About; the key decides which."""
    names = [f"s-{number}" for number in range(2000)]
    held = {name for name in names if is_held_out(name, KEY, pct)}
    other = {name for name in names if is_held_out(name, b"o" * 32, pct)}
    assert abs(len(held) - 20 * pct) < 100
    assert abs(len(held & other) - 20 * pct * pct / 100) < 100


def test_a_session_stays_in_its_half() -> None:
    """A larger share takes more, and gives none back."""
    names = [f"s-{number}" for number in range(200)]
    some, more = ({name for name in names if is_held_out(name, KEY, pct)} for pct in (30, 60))
    assert some < more


def test_a_half_is_not_split_again(tmp_path: Path) -> None:
    """What is drawn of a half is no half."""
    with pytest.raises(ParityError, match="expected a corpus that was not split, got its open half"):
        split_corpus(corpus_in(tmp_path / "all", 4, Half.OPEN), KEY, 50, into(tmp_path))


def test_no_half_is_empty(tmp_path: Path) -> None:
    """Nothing is written then."""
    with pytest.raises(ParityError, match="expected sessions in both halves, got"):
        split_corpus(corpus_in(tmp_path / "all", 1), KEY, 50, into(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["all"]
