"""No rendering leaves its folder."""

from collections.abc import Callable

import pytest

from crossfade.codegen.project import ProjectError, Rendering
from crossfade.codegen.project.paths import check_path, check_rendering


@pytest.mark.parametrize("path", ["pom.xml", ".mvn/wrapper/maven-wrapper.properties", "a/b/Ünï.java", ".bazelversion"])
def test_a_path_inside(path: str) -> None:
    """Hidden files and letters of any script are fine."""
    check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "a/",
        "a\\..\\x",
        "c:x",
        "a\nb",
        "a\0b",
        "a\x1b[2Jb",
        "a/\ud800",
        "x" * 256,
        ".git/hooks/post-checkout",
        ".GIT/config",
        ".crossfade-generate/manifest.json",
    ],
)
def test_a_path_that_may_not_be(path: str) -> None:
    """One line that shows it harmlessly."""
    with pytest.raises(ProjectError, match="nothing was written") as caught:
        check_path(path)
    assert str(caught.value).isprintable()


def test_two_files_of_one_name(render: Callable[..., Rendering]) -> None:
    """Also where a disk ignores letter case, and across the zones."""
    with pytest.raises(ProjectError, match=r"^a/x\.java: expected one file of this name, also got a/X\.java"):
        check_rendering(render(gen={"a/X.java": ""}, handlers={"a/x.java": ""}))


def test_a_file_where_a_folder_is_needed(render: Callable[..., Rendering]) -> None:
    """A path that goes through another file is refused."""
    with pytest.raises(ProjectError, match=r"^a/b/c: expected a folder a, got a file of that name as well"):
        check_rendering(render(gen={"a/b/c": ""}, scaffold={"A": ""}))
