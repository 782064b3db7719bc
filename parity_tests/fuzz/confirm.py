"""Plays a shrunk sequence again, to tell a divergence from noise, and makes a case of it."""

from collections.abc import Sequence

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.plans import Step, fields_set
from crossfade.parity_tests.fuzz.result import Case
from crossfade.parity_tests.fuzz.stage import Found, Stage
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.exchange.observations import Example, Judged

TIMES = 3


async def confirmed(stage: Stage, steps: Sequence[Step], found: Found, *, minimal: bool, source: str) -> Case:
    """The case of a sequence, played three times beside legacy's second instance."""
    shown = 0
    played: tuple[Played, ...] = ()
    for _ in range(TIMES):
        latest = await stage.play(steps)
        if found in stage.found_in(latest[-1]):
            shown += 1
            played = latest
    played = played or latest
    example = _example(played[-1], found)
    session = Session(
        id=f"fuzz-{found.fingerprint.cluster_id(found.route)}",
        calls=tuple(item.call for item in played),
        source=source,
    )
    cause = find_pitfall(found.fingerprint.cause)
    return Case(
        found=found,
        session=session,
        fields=fields_set(steps),
        shown=shown,
        played=TIMES,
        minimal=minimal,
        path=found.fingerprint.template if example is None else example.path,
        legacy="" if example is None else example.legacy,
        candidate="" if example is None else example.candidate,
        java_fix="" if cause is None else cause.java_fix,
    )


def _example(played: Played, found: Found) -> Example | None:
    if not isinstance(played.observation, Judged):
        return None
    wanted = (found.fingerprint.template, found.fingerprint.kind)
    examples = played.observation.examples
    return next((item for item in examples if (item.fingerprint.template, item.fingerprint.kind) == wanted), None)
