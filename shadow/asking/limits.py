"""The bounds within which requests are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls at a time (and as many streams), requests waiting behind them, bytes held, seconds of waiting for a turn.

    ``deadline_s``: how long a side may be silent where legacy has given more.
    """

    in_flight: int
    waiting: int
    held_bytes: int
    wait_s: float
    deadline_s: float
