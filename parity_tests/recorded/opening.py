"""A corpus to record into: a new one, or one that goes on."""

from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half, Manifest

_DIGITS = 4


def open_corpus(folder: Path, *, service: str, contract: Contract | None) -> CorpusFolder:
    """The corpus in a folder, made if there is none; sessions that an earlier recording left are completed.

    Raises: ParityError: there is one of another service, another contract or one half; or it can't be written.
    """
    manifest = Manifest(service=service, contract_digest="" if contract is None else contract.digest)
    if not (folder / "corpus.json").exists():
        return CorpusFolder.create(folder, manifest, contract)
    corpus = CorpusFolder(folder)
    for name, found, expected in (
        ("service", corpus.manifest.service, manifest.service),
        ("contract", corpus.manifest.contract_digest, manifest.contract_digest),
        ("half", corpus.manifest.half, Half.ALL),
    ):
        if found != expected:
            raise ParityError(
                f"{folder}: {name}: expected {expected or 'none'}, got {found or 'none'}; give another folder"
            )
    for session_id in corpus.begun_ids():
        try:
            corpus.complete(session_id)
        except OSError as error:
            raise ParityError(f"{folder}: expected a folder that can be written, got {error.strerror}") from None
    return corpus


def next_number(corpus: CorpusFolder) -> int:
    """The number of the next session: one more than the highest."""
    heads = (session_id.partition("-")[0] for session_id in corpus.session_ids())
    return (
        max((int(head) for head in heads if head.isascii() and head.isdigit() and len(head) >= _DIGITS), default=0) + 1
    )
