"""The modules of bench/mining, which find each other by their folder."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

FOLDER = Path(__file__).parents[3] / "bench" / "mining"
MODULES = ("depot", "recorded", "run")


@pytest.fixture(scope="session")
def mining() -> Iterator[SimpleNamespace]:
    """Its modules by name; other folders have modules of these names too."""
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    for name, module in before.items():
        del sys.modules[name]
        if module is not None:
            sys.modules[name] = module
