"""What to do about requests that were left out because something is in the way. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from crossfade.reports.report import Route
from crossfade.reports.units import of_requests
from crossfade.shadow.exchange.outcome import Reason

_RACES_PCT = 1.0  # of all requests: fewer reads that overlap a write are of no account
_ADVICE: Mapping[Reason, tuple[str, str]] = {
    Reason.QUEUE_FULL: (
        "Requests that found a queue full; any write among them is missing on the candidate from then on",
        "lower [mirror] sample_pct, give both sides more CPU, or skip very large answers; then begin with fresh stores",
    ),
    Reason.CREDENTIAL: (
        "The candidate refuses credentials that legacy issued before the run or in a login that was not mirrored",
        "share the signing key, mirror the login, or replace the field with [[mirror.header]]",
    ),
    Reason.FOREIGN_HANDLE: (
        "Values that legacy minted where the candidate was not asked",
        "mirror the writes and logins from which they come and lose none to a full queue, or share the store",
    ),
    Reason.BLOCKED: (
        "Values of earlier answers for which the candidate gave none of its own",
        "fix its answers to those earlier requests, and these are compared",
    ),
    Reason.STATE_DRIFT: (
        "The stores have parted: the secondary agrees with itself, but not with legacy",
        "mirror all writes or none, lose none to a full queue, and start a new run with fresh stores",
    ),
    Reason.NOT_AS_RECORDED: (
        "Both sides refuse what legacy did when it was recorded, which shows nothing of the candidate",
        "put the data back with [replay] reset_*, and give the services a credential that holds ([[replay.header]])",
    ),
    Reason.ABANDONED_WRITE: (
        "Writes whose client left before legacy answered: the stores may have parted",
        "if many reads are skipped(state_drift) or diverge after them, start a new run with fresh stores",
    ),
    Reason.TRUNCATED: (
        "Bodies longer than [mirror] body_limit_bytes whose bytes differ, so that their meaning had to be compared",
        "raise body_limit_bytes, and buffer_bytes to hold some of them",
    ),
    Reason.TOO_COSTLY: (
        "Large answers that took more time or memory to compare than [compare], [mirror] buffer_bytes or the run allow",
        "raise what is too small, lower sample_pct on their route, or keep them out with a skip rule",
    ),
    Reason.STATE_RACE: (
        "Reads at the same time as a write of the same data",
        "spread reads and writes, or lower [mirror] race_window_ms where it is set",
    ),
}


_IN_REPLAY: Mapping[Reason, str] = {
    Reason.CREDENTIAL: "give each service a credential that holds ([[replay.login]], [[replay.header]])",
    Reason.FOREIGN_HANDLE: "review which values are ids (`crossfade corpus bindings`), and play what made them",
    Reason.STATE_DRIFT: "put the data of all sides back before they are played ([replay] reset_*)",
    Reason.ABANDONED_WRITE: "leave these sessions out, or put the data back with [replay] reset_*",
    Reason.TOO_COSTLY: "raise what is too small",
}
"""What to do where sessions of a corpus are played: there is no traffic to be mirrored otherwise."""


def advice(routes: Iterable[Route], *, is_replay: bool = False) -> tuple[str, ...]:
    """A sentence for each reason that someone can remove, the most frequent first."""
    routes = tuple(routes)
    entered = sum(route.total for route in routes)
    numbers: Counter[str] = Counter()
    for route in routes:
        numbers.update(route.reasons)
    told = [
        (numbers[reason], f"{finding} ({of_requests(numbers[reason])}): {_remedy(reason, remedy, is_replay=is_replay)}")
        for reason, (finding, remedy) in _ADVICE.items()
        if numbers[reason] and not (reason is Reason.STATE_RACE and 100 * numbers[reason] < _RACES_PCT * entered)
    ]
    return tuple(sentence for _, sentence in sorted(told, key=lambda item: -item[0]))


def _remedy(reason: Reason, remedy: str, *, is_replay: bool) -> str:
    return _IN_REPLAY.get(reason, remedy) if is_replay else remedy
