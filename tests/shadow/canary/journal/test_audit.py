"""An audit finds each kind of tampering, at the first line that does not follow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.journal.audit import audit
from crossfade.shadow.canary.journal.journal import Journal, journal_lines
from crossfade.shadow.canary.journal.lines import decode, digest, encode
from crossfade.shadow.canary.journal.records import Line, Ticked
from crossfade.shadow.canary.reading import Verb

New = Callable[..., Any]
AT = 3
"""The line that is changed: a tick with a decision."""


@pytest.fixture
def lines(tmp_path: Path, new_rollout: New) -> list[bytes]:
    """A journal of some verbs, with ticks that were left out."""
    rollout = new_rollout()
    with Journal(tmp_path) as journal:
        rollout.state = journal.begin(rollout.plan, rollout.at)
        for verb in (None, None, Verb.PAUSE, None, None, Verb.RESUME, None, None, Verb.ABORT, None):
            rollout.serve(candidate=2, legacy=20)
            if verb is None:
                rollout.tick()
            else:
                rollout.ask(verb)
            journal.write(rollout.reading, rollout.decision)
    return list(journal_lines(tmp_path))


def _chained(bodies: list[Any]) -> list[bytes]:
    """A journal that somebody wrote anew, with the hashes put right."""
    texts, previous = [], ""
    for number, body in enumerate(bodies):
        texts.append(encode(number, previous, body).rstrip(b"\n"))
        previous = digest(texts[-1])
    return texts


def _bodies(lines: list[bytes]) -> list[Any]:
    return [decode(text).body for text in lines]


def test_a_journal_as_it_was_written(lines: list[bytes]) -> None:
    """Every decision follows from its inputs."""
    found = audit(lines)
    assert (found.problem, found.lines, found.head) == (None, len(lines), digest(lines[-1]))
    assert found.decisions == sum(isinstance(body, Ticked) for body in _bodies(lines))
    assert found.transitions > 3


def test_a_hash_that_was_kept(lines: list[bytes]) -> None:
    """Is that of some line, until lines were taken from the end, or the last one was changed."""
    kept = audit(lines[:-1]).head
    assert audit(lines, kept=kept).problem is None
    changed = [*lines[:-2], lines[-2].replace(b"the evidence", b"no evidence").replace(b'"at":1', b'"at":2', 1)]
    for others in (lines[:-2], changed):
        problem = audit(others, kept=kept).problem
        assert problem is not None
        assert problem.number in {len(lines) - 2, len(lines) - 1}


def test_no_journal() -> None:
    """Nothing was decided."""
    assert (audit([]).lines, audit([]).problem) == (0, None)


def _drop(lines: list[bytes]) -> list[bytes]:
    return [*lines[:AT], *lines[AT + 1 :]]


def _swap(lines: list[bytes]) -> list[bytes]:
    return [*lines[:AT], lines[AT + 1], lines[AT], *lines[AT + 2 :]]


def _garble(lines: list[bytes]) -> list[bytes]:
    return [*lines[:AT], lines[AT][:-5], *lines[AT + 1 :]]


def _begin_later(lines: list[bytes]) -> list[bytes]:
    return lines[1:]


@pytest.mark.parametrize(
    ("tampered", "number", "why"),
    [
        (_drop, AT, "a line is missing, or there twice"),
        (_swap, AT, "a line is missing, or there twice"),
        (_garble, AT, "it is no line of a journal"),
        (_begin_later, 0, "a journal begins with a plan"),
    ],
)
def test_lines_that_are_gone_or_broken(lines: list[bytes], tampered: Any, number: int, why: str) -> None:
    """By their numbers and their form."""
    problem = audit(tampered(lines)).problem
    assert problem is not None
    assert problem.number == number
    assert why in problem.why


def test_a_line_that_was_changed_breaks_the_chain(lines: list[bytes]) -> None:
    """The next one names another hash, even where the decision is the same."""
    line = decode(lines[AT])
    assert isinstance(line.body, Ticked)
    body = replace(line.body, reading=replace(line.body.reading, evidence=()))
    changed = [*lines[:AT], encode(line.number, line.previous, body).rstrip(b"\n"), *lines[AT + 1 :]]
    problem = audit(changed).problem
    assert problem is not None
    assert problem.number in {AT, AT + 1}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"weights": ()}, "its inputs give another decision"),
        ({"transitions": ()}, "its inputs give another decision"),
        ({"generation": 99}, "its inputs give another decision"),
    ],
)
def test_a_decision_that_does_not_follow(lines: list[bytes], changes: dict[str, Any], why: str) -> None:
    """Even where somebody put all hashes right."""
    bodies = _bodies(lines)
    at = next(index for index, body in enumerate(bodies) if isinstance(body, Ticked) and body.transitions)
    bodies[at] = replace(bodies[at], **changes)
    problem = audit(_chained(bodies)).problem
    assert problem is not None
    assert (problem.number, problem.why) == (at, why)


def test_a_state_that_nobody_decided(lines: list[bytes]) -> None:
    """Between two lines only counts may have grown."""
    bodies = _bodies(lines)
    at = next(index for index, body in enumerate(bodies) if isinstance(body, Ticked) and body.before is not None)
    route = replace(bodies[at].before.routes[0], weight_pct=50.0)
    bodies[at] = replace(bodies[at], before=replace(bodies[at].before, routes=(route,)))
    problem = audit(_chained(bodies)).problem
    assert problem is not None
    assert (problem.number, problem.why) == (at, "what it starts from is not what was decided before")


def test_a_line_is_what_was_written(lines: list[bytes]) -> None:
    """Numbers and times come back as they were."""
    for text in lines:
        line: Line = decode(text)
        assert encode(line.number, line.previous, line.body).rstrip(b"\n") == text
