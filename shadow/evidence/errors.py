"""The errors of this room."""

from collections.abc import Sequence

_SUGGESTED = 3


class EvidenceError(Exception):
    """A store or a key that can't be used: one line with the place, what was expected, what was found, what to do."""


class NoSuchRunError(EvidenceError):
    """A run that was named is not in the store, which has others or none."""


def no_such_run(where: object, run_id: str | None, newest: Sequence[str]) -> EvidenceError:
    """A run (any, where ``run_id`` is None) that is not in the store; the newest are named instead."""
    what = f"the newest are {', '.join(newest[:_SUGGESTED])}" if newest else "start one with `crossfade shadow`"
    if run_id is None:
        return EvidenceError(f"{where}: expected a run, got none; {what}")
    return NoSuchRunError(f"{where}: expected run {run_id}, got none; {what}")
