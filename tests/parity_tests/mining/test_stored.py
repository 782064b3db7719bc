"""The file in the folder of a corpus."""

from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.stored import load_bindings, load_edges, save_bindings
from crossfade.shadow.bindings.edges import Edge, read_place

EDGE = Edge(kind="a", consumer=read_place("GET /a/* path/a/*"), producers=(read_place("POST /a body/id"),))


def test_saved_and_loaded(tmp_path: Path) -> None:
    """Without a file there are none; only reviewed ones are edges."""
    assert load_bindings(tmp_path) == ()
    kept = tuple(
        Kept(edge=EDGE, support=1.0, sessions=3, legacy="uuid", candidate="uuid", reviewed=said)
        for said in (True, False)
    )
    assert save_bindings(tmp_path, kept) == tmp_path / "bindings.toml"
    assert load_bindings(tmp_path) == kept
    assert load_edges(tmp_path).edges == (EDGE,)


def test_what_can_not_be_read(tmp_path: Path) -> None:
    """The line names the file."""
    (tmp_path / "bindings.toml").write_text("version = 3\n", encoding="utf-8")
    with pytest.raises(ParityError, match=r"bindings\.toml: expected version = 1"):
        load_edges(tmp_path)
    (tmp_path / "bindings.toml").unlink()
    (tmp_path / "bindings.toml").mkdir()
    with pytest.raises(ParityError, match="expected a file that can be read"):
        load_edges(tmp_path)
    with pytest.raises(ParityError, match="expected a file that can be written"):
        save_bindings(tmp_path, ())
