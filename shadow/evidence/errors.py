"""The one error of this room."""

from collections.abc import Sequence

_SUGGESTED = 3


class EvidenceError(Exception):
    """A store or a key that can't be used: one line with the place, what was expected, what was found, what to do."""


def no_such_run(where: object, run_id: str | None, newest: Sequence[str]) -> EvidenceError:
    """A run (any, where ``run_id`` is None) that is not in the store; the newest are named instead."""
    wanted = "a run" if run_id is None else f"run {run_id}"
    what = f"the newest are {', '.join(newest[:_SUGGESTED])}" if newest else "start one with `crossfade shadow`"
    return EvidenceError(f"{where}: expected {wanted}, got none; {what}")
