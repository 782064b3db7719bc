"""Contracts beside a store."""

from pathlib import Path

import pytest

from crossfade.shadow.evidence.contracts import contract_file, forget_contracts, keep_contract
from crossfade.shadow.evidence.errors import EvidenceError


def test_a_contract_is_written_once(tmp_path: Path) -> None:
    """By its digest, and nothing else is left in the folder."""
    keep_contract(tmp_path, "abc", b"one")
    keep_contract(tmp_path, "abc", b"two")
    assert contract_file(tmp_path, "abc").read_bytes() == b"one"
    assert list(contract_file(tmp_path, "abc").parent.iterdir()) == [contract_file(tmp_path, "abc")]


def test_those_of_no_run_go(tmp_path: Path) -> None:
    """Those of a run stay, and a store that never had one is no error."""
    forget_contracts(tmp_path, ["abc"])
    for digest in ("abc", "def"):
        keep_contract(tmp_path, digest, b"x")
    forget_contracts(tmp_path, ["abc"])
    assert [path.name for path in contract_file(tmp_path, "abc").parent.iterdir()] == ["abc.binpb"]


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    """With the file that could not be written."""
    (tmp_path / "contracts").write_text("")
    with pytest.raises(EvidenceError, match=r"contracts/abc\.binpb: expected a file that can be written, got "):
        keep_contract(tmp_path, "abc", b"x")
