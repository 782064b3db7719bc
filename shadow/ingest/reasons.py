"""Why a request was not compared, by the word that a service sends for it. Pure."""

from crossfade.shadow.exchange.outcome import CUTS, Outcome, Reason

End = tuple[Outcome, Reason]

_SHED = (Reason.QUEUE_FULL, Reason.COMPARE_DOWN, Reason.SHUTDOWN)
_UNCOMPARABLE = (
    Reason.TRUNCATED,
    Reason.UNDECODABLE,
    Reason.TOO_COSTLY,
    Reason.UNSUPPORTED,
    Reason.INTERNAL,
    Reason.NOT_RECORDED,
    Reason.NO_CONTRACT,
)
_LEGACY_FAILED = (Reason.REFUSED, Reason.RESET, Reason.DEADLINE, Reason.INVALID)
UNKNOWN: End = (Outcome.UNCOMPARABLE, Reason.INTERNAL)
"""What a word means that no reason has: counted, never equal."""


def end_of(word: str) -> End | None:
    """The outcome and the reason of a word from the closed list; None of another one."""
    return _ENDS.get(word)


def _outcome(reason: Reason) -> Outcome:
    if reason in _SHED:
        return Outcome.SHED
    if reason in _UNCOMPARABLE:
        return Outcome.UNCOMPARABLE
    return Outcome.LEGACY_FAILED if reason in _LEGACY_FAILED else Outcome.SKIPPED


_ENDS: dict[str, End] = {
    **{reason.value: (_outcome(reason), reason) for reason in Reason if reason not in CUTS},
    Outcome.LEGACY_FAILED.value: (Outcome.LEGACY_FAILED, Reason.RESET),  # a channel does not tell how it failed
}
