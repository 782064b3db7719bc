"""The services of one test run: opened where a test first needs them, closed at its end."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.plugin.hooks import MANIFEST, config_path
from crossfade.parity_tests.plugin.pytest_pair import PytestPair, open_for_tests

_SERVICES = pytest.StashKey[PytestPair]()


def services_of(config: pytest.Config) -> PytestPair:
    """Both services of this process. Raises: ShadowError, UsageError: the config can't be used."""
    if _SERVICES not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[_SERVICES] = stack.enter_context(open_for_tests(config_path(config), _kept_contract(config)))
        config.add_cleanup(stack.close)
    return config.stash[_SERVICES]


def _kept_contract(config: pytest.Config) -> Contract | None:
    """That of a corpus, for a config that names none."""
    return next(filter(None, (CorpusFolder(folder).contract() for folder in _corpora(config))), None)


def _corpora(config: pytest.Config) -> Iterator[Path]:
    for arg in config.args:
        path = config.invocation_params.dir / arg.partition("::")[0]
        if path.name == MANIFEST and path.is_file():
            yield path.parent
