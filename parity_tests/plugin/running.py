"""The services of one test run: opened where a test first needs them, closed at its end."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.stored import load_edges
from crossfade.parity_tests.plugin.hooks import MANIFEST, config_path
from crossfade.parity_tests.plugin.pytest_pair import PytestPair, open_for_tests
from crossfade.parity_tests.plugin.resetting import reset_once
from crossfade.shadow.bindings.edges import edges_among
from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError

_PAIR = pytest.StashKey[PytestPair | ShadowError]()


def pair_of(config: pytest.Config) -> PytestPair:
    """Both services of this process. Raises: ShadowError, UsageError: the config can't be used, or a reset failed."""
    if _PAIR not in config.stash:
        try:
            config.stash[_PAIR] = _opened(config)
        except ShadowError as error:
            config.stash[_PAIR] = error
    found = config.stash[_PAIR]
    if isinstance(found, ShadowError):
        raise found.with_traceback(None)
    return found


def _opened(config: pytest.Config) -> PytestPair:
    path = config_path(config)
    tested = load_config(path)
    reset_once(config, tested, path.absolute().parent)
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    edges = edges_among(edge for folder in _corpora(config) for edge in load_edges(folder).edges)
    return stack.enter_context(open_for_tests(tested, _kept_contract(config), edges))


def _kept_contract(config: pytest.Config) -> Contract | None:
    """That of a corpus, for a config that names none."""
    return next(filter(None, (CorpusFolder(folder).contract() for folder in _corpora(config))), None)


def _corpora(config: pytest.Config) -> Iterator[Path]:
    """Those that are collected, and those that pytest's config names: what is reviewed there counts for all tests."""
    yield from dict.fromkeys(path.resolve() for path in _named(config))


def _named(config: pytest.Config) -> Iterator[Path]:
    yield from (path for path in config.getini("crossfade_corpus") if (path / MANIFEST).is_file())
    for arg in config.args:
        path = config.invocation_params.dir / arg.partition("::")[0]
        if path.name == MANIFEST and path.is_file():
            yield path.parent
