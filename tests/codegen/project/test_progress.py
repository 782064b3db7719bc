"""How far each RPC is, by its handler and its mode."""

from pathlib import Path

import pytest

from crossfade.codegen.project import ProjectError, Rendering, write_project
from crossfade.codegen.project.progress import HandlerState, read_progress

STUB = b"""\
class AHandler {
    // B6 texts.py:17: return offset_min // 60
    //   Division of negative integers: `Math.floorDiv(a, b)`
    // E15 a b.py:3: x = 1 if y else 2
    // A note by a person
    throw new NotPortedException();
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with three RPCs: one as it was made, one ported, one whose handler was deleted."""
    handlers = {f"src/{name}Handler.java": STUB for name in "ABC"}
    rpcs = {f"pkg.Service/{name}": f"src/{name}Handler.java" for name in "ABC"}
    write_project(Rendering(gen={}, handlers=handlers, scaffold={}, rpcs=rpcs), tmp_path)
    (tmp_path / "src" / "BHandler.java").write_bytes(STUB.replace(b"throw new NotPortedException();", b"return 1;"))
    (tmp_path / "src" / "CHandler.java").unlink()
    return tmp_path


def test_the_handlers(project: Path) -> None:
    """Ported is one that throws no more; hazards are the notes in one that is not: what is left in B is a comment."""
    found = {rpc.rpc: (rpc.state, rpc.hazards) for rpc in read_progress(project, project / "modes.properties")}
    assert found == {
        "pkg.Service/A": (HandlerState.NOT_PORTED, 2),
        "pkg.Service/B": (HandlerState.PORTED, 0),
        "pkg.Service/C": (HandlerState.DELETED, 0),
    }


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (b"throw new dev.crossfade.runtime.NotPortedException();", HandlerState.NOT_PORTED),
        (b"private static RuntimeException no() { return new NotPortedException (); }", HandlerState.NOT_PORTED),
        (b"// throw new NotPortedException();\nreturn 1;", HandlerState.PORTED),
        (b"/* throw new\n NotPortedException(); */ return 1;", HandlerState.PORTED),
        (b'String url = "http://a"; throw new NotPortedException();', HandlerState.NOT_PORTED),
    ],
)
def test_what_counts_is_code(project: Path, code: bytes, state: HandlerState) -> None:
    """However the exception is written; a comment is none."""
    (project / "src" / "AHandler.java").write_bytes(code)
    first, *_ = read_progress(project, project / "modes.properties")
    assert first.state is state


def test_done(project: Path) -> None:
    """Means ported, and its handler alone answers."""
    modes = project / "modes.properties"
    modes.write_text("* = PORTED")
    assert [rpc.is_done for rpc in read_progress(project, modes)] == [False, True, False]
    modes.write_text("* = PORTED_COMPARE")
    assert not any(rpc.is_done for rpc in read_progress(project, modes))


def test_no_project(tmp_path: Path) -> None:
    """Is said."""
    with pytest.raises(ProjectError, match="expected a project of crossfade generate, got none"):
        read_progress(tmp_path, tmp_path / "modes.properties")


@pytest.mark.parametrize("content", [b"\xff", None])
def test_a_modes_file_that_can_not_be_read(project: Path, content: bytes | None) -> None:
    """One line that names it."""
    modes = project / "modes.properties"
    modes.mkdir() if content is None else modes.write_bytes(content)
    with pytest.raises(ProjectError, match=r"modes\.properties: expected"):
        read_progress(project, modes)
