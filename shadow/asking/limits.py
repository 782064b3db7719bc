"""The bounds within which requests are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls at a time (and as many streams), requests waiting behind them, bytes held, seconds of waiting for a turn.

    ``deadline_s``: how long a side may be silent where legacy has given more. ``recheck_pct``: the share of safe
    requests that may be asked again. ``race_window_s``: for so long after it was sent a write counts as under way.
    """

    in_flight: int
    waiting: int
    held_bytes: int
    wait_s: float
    deadline_s: float
    recheck_pct: float = 0.0
    race_window_s: float = 0.0
