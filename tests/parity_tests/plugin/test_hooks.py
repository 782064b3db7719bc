"""The plug-in is loaded at once, and touches nothing where it is not asked."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

pytest_plugins = ["pytester"]

HEAVY = {"crossfade.shadow", "crossfade.codegen", "pydantic", "google", "grpc", "mitmproxy", "sqlalchemy", "deepdiff"}


def test_loading_it_imports_nothing_heavy() -> None:
    """Neither an engine nor any of what a test needs later."""
    code = "import sys, pytest; before = set(sys.modules); import crossfade.parity_tests.plugin"
    code += "; print(*(name for name in sys.modules if name not in before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = done.stdout.split()
    assert "crossfade.parity_tests.plugin.hooks" in loaded
    assert not [name for name in loaded if any(name == one or name.startswith(f"{one}.") for one in HEAVY)]


def test_no_engine_is_imported_later(pair: Callable[..., Any]) -> None:
    """It installs beside a service: mitmproxy pins many versions."""
    inner = pair()
    inner.corpus(s=[inner.get("/ping")])
    inner.pytester.makeconftest("""
        import sys
        def pytest_unconfigure():
            print("engines:", [name for name in sys.modules if name.startswith("mitmproxy")])
    """)
    result = inner.run_apart("--crossfade-corpus=corpus", "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["engines: []"])


def test_other_tests_are_as_before(pytester: pytest.Pytester) -> None:
    """Without a corpus and without its fixtures it needs no config, and says nothing."""
    pytester.makepyfile("def test_a(): pass")
    (pytester.path / "corpus.json").write_text('{"crossfade_corpus_of_another": 1}', encoding="utf-8")
    result = pytester.runpytest_inprocess("-p", "crossfade.parity_tests.plugin", "-p", "no:asyncio", "-W", "ignore")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*crossfade*")


def test_corpora_beside_other_tests(pair: Callable[..., Any]) -> None:
    """With paths both are collected, without any the corpus alone; a corpus of the ini goes with testpaths."""
    inner = pair()
    inner.corpus(s=[inner.get("/ping")])
    test = str(inner.pytester.makepyfile(test_a="def test_a(): pass"))
    inner.run(test, "--crossfade-corpus=corpus").assert_outcomes(passed=2)
    inner.run("--crossfade-corpus=corpus").assert_outcomes(passed=1)
    inner.pytester.makeini("[pytest]\ncrossfade_corpus = corpus\ntestpaths = test_a.py\n")
    inner.run().assert_outcomes(passed=2)
    inner.run(test).assert_outcomes(passed=1)


def test_what_is_no_corpus(pair: Callable[..., Any]) -> None:
    """Is said before anything runs."""
    inner = pair()
    result = inner.run("--crossfade-corpus=nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*expected the folder of a corpus, got nowhere"])


def test_without_a_config(pair: Callable[..., Any]) -> None:
    """The line says how to give one."""
    inner = pair()
    inner.corpus(s=[inner.get("/ping")])
    result = inner.run("--crossfade-corpus=corpus", "--crossfade-config=gone.toml")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*gone.toml: expected the config of both services; give it by --crossfade-config"])
