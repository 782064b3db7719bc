"""A journal survives a crash at any byte, goes on where it ended, and keeps its chain over files."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.canary.journal.audit import audit
from crossfade.shadow.canary.journal.journal import FILE, Journal, journal_lines
from crossfade.shadow.canary.journal.lines import decode
from crossfade.shadow.canary.journal.records import Adopted, Continued, Repaired, Ticked
from crossfade.shadow.canary.journal.writing import EVERY
from crossfade.shadow.canary.plan.records import Bake, Pause, Prove, Rampdown, SetWeight
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.canary.states.records import Phase
from crossfade.shadow.errors import ShadowError

New = Callable[..., Any]


def _run(journal: Journal, rollout: Any, ticks: int) -> None:
    """So many ticks, each written down."""
    for _ in range(ticks):
        rollout.serve(candidate=3, legacy=27)
        rollout.tick()
        journal.write(rollout.reading, rollout.decision)


def _begun(folder: Path, rollout: Any, **bounds: int) -> Journal:
    journal = Journal(folder, **bounds)
    rollout.state = journal.begin(rollout.plan, rollout.at)
    return journal


def _bodies(folder: Path) -> list[Any]:
    return [decode(text).body for text in journal_lines(folder)]


def test_it_goes_on_where_it_ended(tmp_path: Path, new_rollout: New) -> None:
    """Another process has the state of the last line."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 3)
    with Journal(tmp_path) as again:
        assert again.state == rollout.state
        assert again.begin(rollout.plan, rollout.at + 1) == rollout.state
    assert audit(journal_lines(tmp_path)).problem is None


def test_ticks_in_which_nothing_happens_share_a_line(tmp_path: Path, new_rollout: New) -> None:
    """So the journal is bounded, and an audit still derives every decision that was written."""
    rollout = new_rollout(
        Prove(), SetWeight(pct=10.0), Pause(), SetWeight(pct=100.0), Bake(duration_s=1.0), Rampdown(0.0)
    )
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 5)
        before = len(_bodies(tmp_path))
        _run(journal, rollout, 3 * EVERY)
        bodies = _bodies(tmp_path)
    assert len(bodies) - before == 3
    assert bodies[-1].left_out == EVERY - 1
    found = audit(journal_lines(tmp_path))
    assert (found.problem, found.state) == (None, rollout.state)


def test_a_clock_that_was_set_back(tmp_path: Path, new_rollout: New) -> None:
    """Is no line that somebody changed, also where ticks were left out: the next controller starts."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 3)
        rollout.at -= 3600
        _run(journal, rollout, 3)
        rollout.ask(Verb.PAUSE)
        journal.write(rollout.reading, rollout.decision)
    assert audit(journal_lines(tmp_path)).problem is None
    Journal(tmp_path).close()


def test_a_line_that_was_cut_off_is_dropped_and_told(tmp_path: Path, new_rollout: New) -> None:
    """At whatever byte the process was killed."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 2)
    whole = (tmp_path / FILE).read_bytes()
    kept = whole[: whole[:-1].rfind(b"\n") + 1]
    for end in range(len(kept) + 1, len(whole), 97):
        (tmp_path / FILE).write_bytes(whole[:end])
        with Journal(tmp_path) as journal:
            assert journal.repaired.endswith(f"dropped {end - len(kept)} bytes of a line that was cut off")
        *_, last = _bodies(tmp_path)
        assert isinstance(last, Repaired)
        assert (tmp_path / FILE).read_bytes().startswith(kept)
        found = audit(journal_lines(tmp_path))
        assert (found.problem, found.repaired) == (None, 1)


def test_a_first_line_that_was_cut_off(tmp_path: Path, new_rollout: New) -> None:
    """Nothing was begun."""
    rollout = new_rollout()
    (tmp_path / FILE).write_bytes(b'{"number":0')
    with _begun(tmp_path, rollout) as journal:
        assert "dropped 11 bytes" in journal.repaired
    assert [type(body) for body in _bodies(tmp_path)] == [Adopted]


def test_a_broken_line_in_the_middle_is_not_repaired(tmp_path: Path, new_rollout: New) -> None:
    """Somebody changed it: a person looks."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 3)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b'"weight_pct":10.0', b'"weight_pct":50.0', 1))
    with pytest.raises(ShadowError, match=r"line \d+: .*; see crossfade canary audit") as raised:
        Journal(tmp_path)
    assert raised.value.exit_code == 4


def test_files_are_bounded_and_the_chain_goes_on(tmp_path: Path, new_rollout: New) -> None:
    """Each file begins with where the one before ended; the oldest are dropped."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout, max_bytes=20_000, kept_files=3) as journal:
        for _ in range(120):
            rollout.ask(Verb.RESUME)
            journal.write(rollout.reading, rollout.decision)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    assert isinstance(_bodies(tmp_path)[0], Continued)
    found = audit(journal_lines(tmp_path))
    assert (found.problem, found.first > 0, found.state) == (None, True, rollout.state)


def test_a_crash_between_two_files(tmp_path: Path, new_rollout: New) -> None:
    """The full one was put aside, the next not begun."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 3)
    (tmp_path / FILE).rename(tmp_path / "journal-000000000003.jsonl")
    with Journal(tmp_path) as again:
        assert again.state == rollout.state
        _run(again, rollout, 1)
    assert audit(journal_lines(tmp_path)).problem is None


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, new_rollout: New, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is not written and must not be carried out; the next one may be."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        before = (tmp_path / FILE).read_bytes()
        rollout.tick()

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                journal.write(rollout.reading, rollout.decision)
        assert (tmp_path / FILE).read_bytes() == before
        journal.write(rollout.reading, rollout.decision)
    assert isinstance(_bodies(tmp_path)[-1], Ticked)
    assert audit(journal_lines(tmp_path)).problem is None


@pytest.mark.parametrize("fails", ["open", "fsync"])
def test_a_disk_that_is_full_when_the_next_file_begins(
    tmp_path: Path, new_rollout: New, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """Whatever was done of it, the next decision that can be written goes on from there."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout, max_bytes=1) as journal:
        rollout.tick()

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        for _ in range(2):
            with monkeypatch.context() as patch:
                patch.setattr(os, fails, full)
                with pytest.raises(OSError, match="No space left"):
                    journal.write(rollout.reading, rollout.decision)
        journal.write(rollout.reading, rollout.decision)
    assert [type(body) for body in _bodies(tmp_path)] == [Adopted, Continued, Ticked]
    assert audit(journal_lines(tmp_path)).problem is None
    with Journal(tmp_path) as again:
        assert again.state == rollout.state


def test_another_plan_after_ticks_that_were_left_out(tmp_path: Path, new_rollout: New) -> None:
    """A plan that is read again begins from the state as it is."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 5)
        journal.begin(rollout.plan, rollout.at)
    assert audit(journal_lines(tmp_path)).problem is None


def test_an_abort_without_a_controller(tmp_path: Path, new_rollout: New) -> None:
    """Whoever opens the journal can decide from it."""
    rollout = new_rollout()
    with _begun(tmp_path, rollout) as journal:
        _run(journal, rollout, 3)
    with Journal(tmp_path) as again:
        rollout.state = again.state
        rollout.ask(Verb.ABORT)
        again.write(rollout.reading, rollout.decision)
    assert audit(journal_lines(tmp_path)).state.routes[0].phase is Phase.ROLLING_BACK
