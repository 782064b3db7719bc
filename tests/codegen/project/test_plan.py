"""The plan as a whole: what it does, in which order, and what it remembers."""

from collections.abc import Callable

import pytest

from crossfade.codegen.project import Plan, Rendering
from crossfade.codegen.project.manifest import manifest_of, to_bytes
from crossfade.codegen.project.merge import git_merge
from crossfade.codegen.project.plan import make_plan
from crossfade.codegen.project.records import MANIFEST_PATH, Found, Manifest

Render = Callable[..., Rendering]


@pytest.fixture
def empty() -> Found:
    """An empty folder."""
    return Found(manifest=Manifest(), manifest_file=None, files={}, handlers=frozenset(), bases={})


def remembered(plan: Plan) -> Manifest:
    """The manifest that the plan writes."""
    *_, last = plan.ops
    assert last.path == MANIFEST_PATH
    assert last.content
    return manifest_of(last.content, "here")


def test_an_empty_folder(small: Rendering, empty: Found) -> None:
    """All is created, the manifest last."""
    plan = make_plan(small, empty, git_merge, force=False)
    assert [op.path for op in plan.ops] == ["gen/A.java", "src/AHandler.java", "pom.xml", MANIFEST_PATH]
    assert {note.fate.value for note in plan.notes} == {"created"}
    manifest = remembered(plan)
    assert (set(manifest.gen), manifest.handlers, manifest.scaffold) == (
        {"gen/A.java"},
        {"src/AHandler.java"},
        {"pom.xml"},
    )
    assert manifest.rpcs == {"pkg.Service/AHandler": "src/AHandler.java"}


def test_nothing_to_do(small: Rendering, found: Callable[..., Found], empty: Found) -> None:
    """The second run has no step at all, also where a checkout gave the manifest CRLF."""
    manifest = remembered(make_plan(small, empty, git_merge, force=False))
    there = found(small)
    for content in (to_bytes(manifest), to_bytes(manifest).replace(b"\n", b"\r\n")):
        now = Found(
            manifest=manifest, manifest_file=content, files=there.files, handlers=there.handlers, bases=there.bases
        )
        plan = make_plan(small, now, git_merge, force=False)
        assert plan == Plan(ops=(), notes=(), stops=())
        assert plan.is_clean


def test_what_is_remembered(render: Render, found: Callable[..., Found]) -> None:
    """Orphans and deleted files are, a person's own file is not, and neither is what is gone on both sides."""
    old = render(
        handlers={"src/LeftHandler": "", "src/DeletedHandler": "", "src/GoneHandler": ""},
        scaffold={"left": "a\n", "deleted": "a\n", "gone": "a\n"},
    )
    new = render(handlers={"src/DeletedHandler": ""}, scaffold={"deleted": "b\n", "theirs": "b\n"})
    now = found(
        old,
        {
            "src/DeletedHandler": None,
            "src/GoneHandler": None,
            "left": "mine\n",
            "deleted": None,
            "gone": None,
            "theirs": "c\n",
        },
    )
    plan = make_plan(new, now, git_merge, force=False)
    manifest = remembered(plan)
    assert manifest.handlers == {"src/LeftHandler", "src/DeletedHandler"}
    assert manifest.scaffold == {"left", "deleted"}
    assert {note.path: note.fate.value for note in plan.notes} == {
        "src/LeftHandler": "orphan",
        "src/DeletedHandler": "kept deleted",
        "left": "orphan",
        "deleted": "kept deleted",
        "theirs": "not ours",
    }


def test_a_path_between_zones_gets_one_step(render: Render, found: Callable[..., Found]) -> None:
    """What was scaffold and is generated now is not deleted by the one and written by the other."""
    old, new = render(scaffold={"f": "a\n"}), render(gen={"f": "b\n"})
    plan = make_plan(new, found(old), git_merge, force=True)
    assert [op.path for op in plan.ops] == ["f", MANIFEST_PATH]


def test_a_conflict_is_not_clean(render: Render, found: Callable[..., Found]) -> None:
    """It is among the notes, and asks for a person."""
    plan = make_plan(
        render(scaffold={"f": "theirs\n"}),
        found(render(scaffold={"f": "a\n"}), {"f": "mine\n"}),
        git_merge,
        force=False,
    )
    assert [note.path for note in plan.conflicts] == ["f"]
    assert not plan.is_clean
