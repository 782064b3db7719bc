"""A corpus becomes a folder of tests, which are run as people run them: without crossfade."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest, Session
from crossfade.parity_tests.standalone.project import Framework, export_tests


@pytest.fixture
def corpus(tmp_path: Path, contract: Contract, http: Any, rpc: Any) -> CorpusFolder:
    """Sessions in which ids are made and used: one of each protocol, and one that begins with a password."""
    corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="n", contract_digest=contract.digest), contract)
    made = {"id": 1, "text": "é"}
    life = (
        http("POST", "/notes", {"text": "é"}, status=201, answer=made),
        http("GET", "/notes/1", route="/notes/{id}", answer=made),
        http("GET", "/notes/999999", route="/notes/{id}", status=404, answer={"error": "no such note"}),
    )
    note = {"id": 2, "text": "b", "size": 0.5}
    user = {"id": 1, "password": "hunter2"}
    login = (
        http("POST", "/notes", {"password": "hunter2"}, status=201, answer=user),
        http("GET", "/notes/1", route="/notes/{id}", answer=user),
    )
    own = (rpc("Make", {"text": "b"}, note), rpc("Get", {"id": 2}, note))
    for name, calls in (("life", life), ("login", login), ("calls", own)):
        numbered = (replace(call, request=replace(call.request, id=str(at))) for at, call in enumerate(calls))
        corpus.add(Session(id=name, calls=tuple(numbered)))
    return corpus


def _run(command: list[str], folder: Path, service: Any) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **service.environment}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.mark.slow
def test_pytest_runs_them(tmp_path: Path, corpus: CorpusFolder, serve: Any, setting: Callable[..., Any]) -> None:
    """Against a service with other ids they pass, against one with a bug they fail and say where."""
    done = export_tests(corpus, Framework.PYTEST, tmp_path / "out", setting())
    assert (done.sessions, done.calls, len(done.notes)) == (3, 7, 1)
    assert not any("crossfade" in path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.py"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider", "--rootdir", "."]
    good = _run(command, tmp_path / "out", serve(501))
    assert "3 passed" in good.stdout, good.stdout
    bad = _run(command, tmp_path / "out", serve(501, bug=True))
    assert "3 failed" in bad.stdout
    assert 'json/text: expected "é", got "?"' in bad.stdout
    assert "messages/0/size: expected 0.5, got 0.25" in bad.stdout


@pytest.mark.java
@pytest.mark.needs("java", "mvn")
def test_junit_runs_them(tmp_path: Path, corpus: CorpusFolder, serve: Any, setting: Callable[..., Any]) -> None:
    """As above, built by Maven."""
    export_tests(corpus, Framework.JUNIT5, tmp_path / "out", setting())
    command = [shutil.which("mvn") or "mvn", "-B", "-Dstyle.color=never", "test"]
    good = _run(command, tmp_path / "out", serve(501))
    assert "Tests run: 3, Failures: 0, Errors: 0, Skipped: 0" in good.stdout, good.stdout
    bad = _run(command, tmp_path / "out", serve(501, bug=True))
    assert "Tests run: 3, Failures: 3" in bad.stdout
    assert "messages/0/size: expected 0.5, got 0.25" in bad.stdout


def test_a_folder_with_files(tmp_path: Path, corpus: CorpusFolder, setting: Callable[..., Any]) -> None:
    """Is left as it is."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParityError, match="expected a new or empty folder, got files"):
        export_tests(corpus, Framework.PYTEST, tmp_path / "out", setting())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_one_id_for_two_things(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is seen by what exported tests know of the values of a service."""
    source = Path(sys.modules[export_tests.__module__].__file__ or "").parent / "python"
    monkeypatch.syspath_prepend(str(source))
    from recorded_session import Values  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415

    values = Values()
    assert list(values.differences({"id": "${h1#}"}, {"id": 7}, "json")) == []
    assert list(values.differences({"id": "${h2#}"}, {"id": 7}, "json")) == ['  json/id: expected "${h2#}", got 7']
    assert list(values.differences(["/a/${h1}?b=${h3}"], ["/a/7?b=x"], "json")) == []
    assert values.filled({"a": "${h1#}", "b": "x${h3}", "c": "${$}{"}) == {"a": 7, "b": "xx", "c": "${"}
    for path in (["b", 1], ["a", 9], ["a", "b"]):
        values.take("${h4#}", {"a": [8]}, path)
    assert list(values.differences(["${h4#}"], [8], "json")) == []
    values.take("${h5#}", {"a": [9]}, ["a", 0])
    assert list(values.differences(["${h5#}"], [8], "json")) == ['  json/0: expected "${h5#}", got 8']
    assert list(values.differences({"a": 1}, {"a": True}, "json")) == ["  json/a: expected 1, got true"]
