"""A corpus that is made of another one."""

from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.stored import load_bindings, save_bindings


def derive(corpus: CorpusFolder, folder: Path) -> CorpusFolder:
    """An empty corpus of the same service, with the same contract and bindings. Raises: ParityError."""
    derived = CorpusFolder.create(folder, corpus.manifest, corpus.contract())
    if kept := load_bindings(corpus.folder):
        save_bindings(folder, kept)
    return derived
