"""A corpus to record into."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Half, Manifest, Session
from crossfade.parity_tests.recorded.opening import next_number, open_corpus


def test_a_new_one_holds_the_contract(tmp_path: Path, contract: Contract) -> None:
    """Without it gRPC messages could not be read later."""
    corpus = open_corpus(tmp_path / "c", service="builds", contract=contract)
    kept = corpus.contract()
    assert kept is not None
    assert kept.digest == contract.digest
    assert next_number(corpus) == 1


def test_one_goes_on(tmp_path: Path, make_call: Callable[..., Call]) -> None:
    """Numbers go on too; a session that was cut off is completed first."""
    corpus = open_corpus(tmp_path, service="builds", contract=None)
    corpus.add(Session(id="0041-get-a", calls=()))
    corpus.add(Session(id="imported-1", calls=()))
    corpus.append("0099-get-b", make_call(), source="live")
    corpus = open_corpus(tmp_path, service="builds", contract=None)
    assert corpus.begun_ids() == ()
    assert next_number(corpus) == 100


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (Manifest(service="other"), "service: expected builds, got other"),
        (Manifest(service="builds", contract_digest="abc"), "contract: expected none, got abc"),
        (Manifest(service="builds", half=Half.OPEN), "half: expected all, got open"),
    ],
)
def test_another_one_is_refused(tmp_path: Path, manifest: Manifest, message: str) -> None:
    """One line says what differs."""
    CorpusFolder.create(tmp_path, replace(manifest))
    with pytest.raises(ParityError, match=message):
        open_corpus(tmp_path, service="builds", contract=None)
