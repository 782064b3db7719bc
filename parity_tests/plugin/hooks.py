"""What pytest calls: options, corpora as folders of tests, and how tests end. The rest is imported when it is used."""

import tempfile
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.plugin.totals import Totals

MANIFEST = "corpus.json"
MARK = "parity_accept"
COMMON_FOLDER = "crossfade_folder"
_FOLDER = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_MARK, _MARK_BYTES = b'"crossfade_corpus"', 64
ACCEPTED = pytest.StashKey[list[str]]()
"""The reasons of the rules by which a test written by hand expects a difference, as far as they were at work."""
SESSION_FILE = pytest.StashKey[Path]()
"""The file of the session that a test plays: where a skip is shown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, and the same in the config of pytest."""
    group = parser.getgroup("crossfade", "parity tests")
    group.addoption("--crossfade-config", metavar="FILE", help="The config of both services (crossfade.toml).")
    group.addoption(
        "--crossfade-corpus",
        metavar="DIR",
        nargs="+",
        action="extend",
        default=[],
        help="Corpora whose sessions are tests; where no other paths are given, these alone are collected.",
    )
    group.addoption(
        "--crossfade-strict", action="store_true", help="Fail a session of which a call could not be compared."
    )
    parser.addini("crossfade_config", "The config of both services, relative to this file.", default="crossfade.toml")
    parser.addini(
        "crossfade_corpus",
        "Corpora that are collected with testpaths; what is reviewed of their ids counts for tests written by hand.",
        type="paths",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark and the totals, and adds the corpora to what is collected."""
    mark = f'{MARK}("ID"): expects the difference that the accept rule of this id allows'
    config.addinivalue_line("markers", mark)
    config.pluginmanager.register(Totals(), "crossfade-totals")
    is_named = config.args_source is pytest.Config.ArgsSource.ARGS
    if corpora := config.getoption("crossfade_corpus"):
        config.args = [*(config.args if is_named else ()), *map(_manifest, corpora)]
    elif not is_named:
        config.args = [*config.args, *map(_manifest, config.getini("crossfade_corpus"))]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - a class of pytest-xdist
    """Gives its workers a folder in common."""
    if _FOLDER not in node.config.stash:
        folder = node.config.stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="crossfade-")
        node.config.add_cleanup(folder.cleanup)
    node.workerinput[COMMON_FOLDER] = node.config.stash[_FOLDER].name


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The manifest of a corpus stands for its sessions."""
    if file_path.name != MANIFEST or _MARK not in file_path.read_bytes()[:_MARK_BYTES]:
        return None
    items = import_module("crossfade.parity_tests.plugin.items")
    found: pytest.Collector = items.CorpusFile.from_parent(parent, path=file_path)
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Words how a session was skipped, and makes an xfail of a test that met the difference it expects."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and (file := item.stash.get(SESSION_FILE, None)):
        report.longrepr = (str(file), 1, report.longrepr[2])
    marks = [mark.args[0] for mark in item.iter_markers(MARK)]
    if marks and call.when == "call" and report.passed and not item.config.getoption("runxfail"):
        _expect(report, item.stash.get(ACCEPTED, []), marks, strict=bool(item.config.getini("xfail_strict")))
    return report


def _expect(report: pytest.TestReport, reasons: list[str], marks: list[str], *, strict: bool) -> None:
    """As pytest does with its own xfail."""
    if not reasons and strict:
        report.outcome, report.longrepr = "failed", f"[XPASS(strict)] no difference that {', '.join(marks)} accepts"
        return
    report.wasxfail = "; ".join(dict.fromkeys(reasons))
    report.outcome = "skipped" if reasons else "passed"


def _manifest(folder: str | Path) -> str:
    """Raises: UsageError: there is none."""
    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise pytest.UsageError(f"expected the folder of a corpus, got {folder}")
    return str(path)


def config_path(config: pytest.Config) -> Path:
    """The crossfade.toml of a test run. Raises: UsageError: there is none."""
    given = config.getoption("crossfade_config")
    path = (
        Path(given) if given else (config.inipath or config.rootpath / "_").parent / config.getini("crossfade_config")
    )
    if not path.is_file():
        raise pytest.UsageError(f"{path}: expected the config of both services; give it by --crossfade-config")
    return path
