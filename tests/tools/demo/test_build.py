"""The candidate is built once per state of its sources."""

from pathlib import Path

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.build import build_candidate


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The folders from which the candidate is built."""
    (tmp_path / "example" / "candidate").mkdir(parents=True)
    (tmp_path / "example" / "candidate" / "pom.xml").write_text("<project/>")
    return tmp_path / "example"


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven that writes the jar and counts its runs."""
    runs = tmp_path / "runs"
    script = tmp_path / "bin" / "mvn"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\nmkdir -p target; echo jar > target/buildqueue-candidate.jar; echo run >> {runs}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return runs


def test_unchanged_sources_are_not_built_again(example: Path, maven: Path, tmp_path: Path) -> None:
    """The second call finds the first one's jar; a changed source is built again."""
    work = tmp_path / "work"
    work.mkdir()
    first = build_candidate(example, work)
    assert build_candidate(example, work) == first
    assert maven.read_text().count("run") == 1
    (example / "candidate" / "A.java").write_text("class A {}")
    build_candidate(example, work)
    assert maven.read_text().count("run") == 2
    (example / "candidate" / "A.java").unlink()
    assert not (build_candidate(example, work) / "A.java").exists()
    assert maven.read_text().count("run") == 3


def test_the_options_of_maven(example: Path, maven: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those for a quick start, unless a person has others."""
    script = maven.parent / "bin" / "mvn"
    for given, options in ((None, "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"), ("-Xmx1g", "-Xmx1g")):
        script.write_text(
            f'#!/bin/sh\nmkdir -p target; echo "$MAVEN_OPTS" > {maven}; touch target/buildqueue-candidate.jar\n'
        )
        monkeypatch.delenv("MAVEN_OPTS", raising=False)
        if given is not None:
            monkeypatch.setenv("MAVEN_OPTS", given)
        (example / "candidate" / "A.java").write_text(options)
        build_candidate(example, tmp_path)
        assert maven.read_text() == f"{options}\n"


def test_a_build_that_fails_names_its_log(example: Path, maven: Path, tmp_path: Path) -> None:
    """Maven's exit code and log are in the message."""
    script = maven.parent / "bin" / "mvn"
    script.write_text("#!/bin/sh\necho no such plug-in; exit 3\n")
    with pytest.raises(ShadowError, match=r"expected exit 0, got 3; see .*maven\.log"):
        build_candidate(example, tmp_path)
    assert (tmp_path / "maven.log").read_text() == "no such plug-in\n"


def test_a_machine_without_maven_is_told(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mvn on the PATH is a missing tool, exit code 4."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ShadowError, match=r"expected Maven .* or newer, got none") as raised:
        build_candidate(example, tmp_path)
    assert raised.value.exit_code == 4
