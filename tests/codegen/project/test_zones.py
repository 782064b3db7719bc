"""Generated files and handlers: a table of what was, what is, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.codegen.project import Changed, Rendering
from crossfade.codegen.project.records import Found, Verb
from crossfade.codegen.project.zones import plan_gen, plan_handlers

Render = Callable[..., Rendering]
OLD, NEW, MINE = "old\n", "new\n", "mine\n"


def outcome(steps: Any) -> list[tuple[str, str]]:
    """Verb and fate of each step; stop where the run stops."""
    return [
        ("stop", "")
        if isinstance(step, Changed)
        else (step.op.verb.value if step.op else "", step.note.fate.value if step.note else "")
        for step in steps
    ]


@pytest.mark.parametrize(
    ("before", "now", "after", "force", "expected"),
    [
        (None, None, NEW, False, [("write", "created")]),
        (OLD, OLD, NEW, False, [("write", "updated")]),
        (OLD, OLD, OLD, False, []),
        (OLD, None, OLD, False, [("write", "created")]),
        (OLD, OLD, None, False, [("delete", "deleted")]),
        (OLD, None, None, False, []),
        (OLD, MINE, NEW, False, [("stop", "")]),
        (OLD, MINE, OLD, False, [("stop", "")]),
        (OLD, MINE, None, False, [("stop", "")]),
        (OLD, MINE, NEW, True, [("write", "updated")]),
        (OLD, MINE, None, True, [("delete", "deleted")]),
        (None, MINE, NEW, False, [("stop", "")]),
        (OLD, NEW, NEW, False, []),
        (None, NEW, NEW, False, []),
        (OLD, "old\r\n", OLD, False, []),
        (OLD, "old\r\n", NEW, False, [("write", "updated")]),
        (OLD, "old\r\n", None, False, [("delete", "deleted")]),
        (b"\0\n", b"\0\r\n", b"\0\n", False, [("stop", "")]),
    ],
)
def test_gen(
    render: Render, found: Callable[..., Found], before: Any, now: Any, after: Any, force: bool, expected: Any
) -> None:
    """As rendered; a content that is neither recorded nor wanted stops; a checkout with CRLF is no change."""
    old = render(gen={"gen/A": before} if before is not None else {})
    new = render(gen={"gen/A": after} if after is not None else {})
    assert outcome(plan_gen(new, found(old, {"gen/A": now}), force=force)) == expected


def test_what_was_forced_is_said(render: Render, found: Callable[..., Found]) -> None:
    """A change that is dropped is named."""
    (step,) = plan_gen(render(gen={"gen/A": NEW}), found(render(gen={"gen/A": OLD}), {"gen/A": MINE}), force=True)
    assert not isinstance(step, Changed)
    assert step.note
    assert step.note.detail == "changes made by hand are discarded (--force)"


@pytest.mark.parametrize(
    ("before", "now", "after", "expected"),
    [
        (None, None, NEW, [("create", "created")]),
        (OLD, OLD, NEW, [("", "")]),
        (OLD, MINE, NEW, [("", "")]),
        (None, MINE, NEW, [("", "")]),
        (OLD, MINE, None, [("", "orphan")]),
        (OLD, None, NEW, [("", "kept deleted")]),
        (OLD, None, None, []),
    ],
)
def test_handlers(
    render: Render, found: Callable[..., Found], before: Any, now: Any, after: Any, expected: Any
) -> None:
    """Created once; never changed; a deleted one stays deleted until its RPC is gone too."""
    path = "src/AHandler.java"
    old = render(handlers={path: before} if before is not None else {})
    new = render(handlers={path: after} if after is not None else {})
    assert outcome(plan_handlers(new, found(old, {path: now}))) == expected


def test_a_handler_is_never_overwritten(render: Render, found: Callable[..., Found]) -> None:
    """Its verb is the one that writes only where nothing is."""
    (step,) = plan_handlers(render(handlers={"src/AHandler.java": NEW}), found(render()))
    assert step.op
    assert step.op.verb is Verb.CREATE


HANDLER, TEST = "src/AHandler.java", "test/AHandlerTest.java"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((), (), {"create": [HANDLER, TEST]}),
        ((HANDLER, TEST), (HANDLER, TEST), {}),
        ((HANDLER, TEST), (HANDLER,), {}),
        ((HANDLER,), (HANDLER,), {}),
        ((), (HANDLER,), {}),
        ((), (TEST,), {"create": [HANDLER]}),
        ((HANDLER,), (), {}),
    ],
)
def test_the_test_beside_a_handler(
    render: Render, found: Callable[..., Found], before: Any, now: Any, expected: Any
) -> None:
    """Created with the handler alone: never where that was written before; a deleted one stays so, without a word."""
    old, new = (
        render(
            handlers={HANDLER: NEW} if HANDLER in paths else {},
            beside={TEST: (HANDLER, b"test")} if TEST in paths else {},
        )
        for paths in (before, (HANDLER, TEST))
    )
    steps = list(plan_handlers(new, found(old, {path: MINE if path in now else None for path in (HANDLER, TEST)})))
    verbs: dict[str, list[str]] = {}
    for step in steps:
        if step.op:
            verbs.setdefault(step.op.verb.value, []).append(step.path)
    assert verbs == expected
    assert not [step for step in steps if step.path == TEST and step.note and not step.op]


def test_the_test_of_a_handler_that_is_gone(render: Render, found: Callable[..., Found]) -> None:
    """Is told of with it: neither compiles any more."""
    old = render(handlers={HANDLER: NEW}, beside={TEST: (HANDLER, b"test")})
    assert outcome(plan_handlers(render(), found(old, {HANDLER: MINE, TEST: MINE}))) == [("", "orphan"), ("", "orphan")]


def test_a_path_that_moved_to_another_zone(render: Render, found: Callable[..., Found]) -> None:
    """Is left to that zone."""
    old, new = render(gen={"A": OLD}), render(scaffold={"A": NEW})
    assert outcome(plan_gen(new, found(old), force=False)) == []
