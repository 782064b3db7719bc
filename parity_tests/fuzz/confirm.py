"""Plays a shrunk sequence again, to tell a divergence from noise, and makes a case of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.plans import Step, fields_set
from crossfade.parity_tests.fuzz.result import Case
from crossfade.parity_tests.fuzz.stage import Found, Stage
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.exchange.observations import Example, Judged

TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A shrunk sequence, and the divergence that its last call showed; ``after_writes``: others had written before."""

    steps: tuple[Step, ...]
    found: Found
    is_smallest: bool
    after_writes: bool
    source: str


async def confirmed(stage: Stage, suspect: Suspect) -> Case:
    """The case of a sequence, played three times beside legacy's second instance."""
    shown, last = 0, await stage.play(suspect.steps)
    best = last
    for turn in range(TIMES):
        if turn:
            last = await stage.play(suspect.steps)
        if suspect.found in stage.found_in(last[-1]):
            shown, best = shown + 1, last
    return _case(suspect, best, shown)


async def seen_again(stage: Stage, suspect: Suspect, case: Case) -> Case:
    """The case as it goes now that the services have begun anew, as they will when its session is replayed."""
    played = await stage.play(suspect.steps)
    if suspect.found not in stage.found_in(played[-1]):
        return replace(case, after_reset=False)
    return replace(_case(suspect, played, case.shown), after_reset=True)


def _case(suspect: Suspect, played: Sequence[Played], shown: int) -> Case:
    found, example = suspect.found, _example(played[-1], suspect.found)
    cause = find_pitfall(found.fingerprint.cause)
    return Case(
        found=found,
        session=Session(
            id=f"fuzz-{found.fingerprint.cluster_id(found.route)}",
            calls=tuple(item.call for item in played),
            source=suspect.source,
        ),
        fields=fields_set(suspect.steps),
        shown=shown,
        played=TIMES,
        is_smallest=suspect.is_smallest,
        after_writes=suspect.after_writes,
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
