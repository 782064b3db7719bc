"""A corpus that is made of another one."""

from dataclasses import replace
from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half
from crossfade.parity_tests.mining.stored import load_bindings, save_bindings


def derive(corpus: CorpusFolder, folder: Path, half: Half | None = None) -> CorpusFolder:
    """An empty corpus of the same service, with the same contract and bindings; ``half``: None: the same one.

    Raises: ParityError.
    """
    manifest = replace(corpus.manifest, half=half or corpus.manifest.half)
    derived = CorpusFolder.create(folder, manifest, corpus.contract())
    if kept := load_bindings(corpus.folder):
        save_bindings(folder, kept)
    return derived
