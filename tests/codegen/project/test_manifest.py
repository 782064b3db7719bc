"""The manifest: what is written is read again, and nothing else is believed."""

import json
from pathlib import Path

import pytest

from crossfade.codegen.project import Manifest, ProjectError, known_folders, read_manifest
from crossfade.codegen.project.manifest import manifest_of, to_bytes
from crossfade.codegen.project.records import MANIFEST_PATH

FULL = Manifest(
    gen={"gen/B": "b" * 64, "gen/A": "a" * 64},
    handlers=frozenset({"src/B", "src/A"}),
    scaffold=frozenset({"pom.xml"}),
    rpcs={"pkg.Service/A": "src/A"},
    final=True,
    source="0123",
)


def test_there_and_back() -> None:
    """The same manifest comes out, and the same bytes whatever the order was."""
    assert manifest_of(to_bytes(FULL), "here") == FULL
    other = Manifest(
        gen=dict(sorted(FULL.gen.items())),
        handlers=FULL.handlers,
        scaffold=FULL.scaffold,
        rpcs=FULL.rpcs,
        final=True,
        source="0123",
    )
    assert to_bytes(other) == to_bytes(FULL)


def test_the_folders_of_services() -> None:
    """Those of their handlers."""
    rpcs = {"p.A/Get": "src/main/java/p/rpc/a/GetHandler.java", "p.A/Put": "src/main/java/p/rpc/a/PutHandler.java"}
    assert known_folders(Manifest(rpcs={**rpcs, "B/Get": "GetHandler.java"})) == {"p.A": "a", "B": ""}


def test_each_file_has_a_line() -> None:
    """So that a review shows what came and went."""
    assert b'\n  "src/A",\n' in to_bytes(FULL)


@pytest.mark.parametrize(
    "change",
    [
        {"gen": []},
        {"gen": {"gen/A": "short"}},
        {"gen": {"gen/A": 1}},
        {"handlers": "src"},
        {"scaffold": [1]},
        {"rpcs": {"a": 1}},
        {"version": 0},
        {"final": 1},
        {"source": None},
        {"version": "1"},
        {"more": 1},
    ],
)
def test_what_no_run_writes(change: dict[str, object]) -> None:
    """One line that says to restore the file."""
    told = json.loads(to_bytes(FULL)) | change
    with pytest.raises(ProjectError, match=r"^here: expected a manifest of `crossfade generate`"):
        manifest_of(json.dumps(told).encode(), "here")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b"<<<<<<< HEAD\n{}"])
def test_bytes_that_are_no_manifest(content: bytes) -> None:
    """Neither a crash nor an empty manifest, by which deleted handlers would come back."""
    with pytest.raises(ProjectError, match=r"^here: expected a manifest"):
        manifest_of(content, "here")


@pytest.mark.parametrize("path", ["../x", "/x", ".git/config"])
def test_a_path_that_leaves_the_folder(path: str) -> None:
    """A manifest that came by a pull request can't delete what lies elsewhere."""
    for change in ({"gen": {path: "a" * 64}}, {"handlers": [path]}, {"scaffold": [path]}, {"rpcs": {"r": path}}):
        told = json.loads(to_bytes(FULL)) | change
        with pytest.raises(ProjectError, match="nothing was written"):
            manifest_of(json.dumps(told).encode(), "here")


def test_a_newer_version() -> None:
    """Says that a newer crossfade is needed."""
    told = json.loads(to_bytes(FULL)) | {"version": 2}
    with pytest.raises(ProjectError, match="expected version 1, got 2; use the newer crossfade"):
        manifest_of(json.dumps(told).encode(), "here")


def test_a_folder(tmp_path: Path) -> None:
    """None where no run was; an error where it can't be read."""
    assert read_manifest(tmp_path) is None
    (tmp_path / MANIFEST_PATH).mkdir(parents=True)
    with pytest.raises(ProjectError, match="expected a readable file"):
        read_manifest(tmp_path)
