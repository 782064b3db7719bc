"""How a replay went, as lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from crossfade.parity_tests.corpus.records import Half
from crossfade.reports.figures import count
from crossfade.reports.place_names import place_name
from crossfade.reports.report import Place, Report
from crossfade.reports.visible import visible
from crossfade.shadow.evidence.claims import HOLDING
from crossfade.shadow.exchange.difference import Kind

SCHEMA_VERSION = 1
_NAMED = 5


class Noise(StrEnum):
    """How it was measured how far legacy's answers differ from its own."""

    SECONDARY = "secondary"  # a second instance was asked beside the first one
    TWICE = "twice"  # the sessions were played on legacy before, and its data put back
    NOT_MEASURED = "not measured"


_NOISE = {
    Noise.SECONDARY: "legacy against legacy: the secondary was asked, too",
    Noise.TWICE: "legacy against legacy: the sessions were played on it twice, with a reset in between",
    Noise.NOT_MEASURED: "legacy against legacy: not played, so noise is not told from differences; name a secondary, or"
    " set [replay] reset_legacy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """``entered`` calls of ``sessions`` sessions.

    ``otherwise``: those that legacy answered with another status than the recorded one, by route; ``lacking``: writes
    that the secondary did not get, because it is not known what it calls an id in them. ``untold``: answers of
    legacy's first play that there was no room for. ``id_changes``: how the candidate may write ids otherwise.
    ``broken_times``: where its times break what holds at legacy; ``restless``: those that fail the replay, because they
    move and stay between two reads otherwise than legacy's.
    """

    run_id: str
    corpus: str
    half: Half
    sessions: int
    entered: int
    otherwise: Mapping[str, int]
    noise: Noise
    lacking: Mapping[str, int] = field(default_factory=dict)
    is_recorded: bool = False
    untold: int = 0
    id_changes: Sequence[str] = ()
    broken_times: Sequence[str] = ()
    restless: bool = False
    interrupted: bool = False


def engine_of(corpus: str, half: Half, selection: str = "") -> str:
    """What a run is said to be made by: replay of builds (open half), 2 of 30 sessions chosen."""
    name = f"replay of {corpus}" if half is Half.ALL else f"replay of {corpus} ({half} half)"
    return f"{name}, {selection}" if selection else name


def unclean_of(report: Report) -> tuple[str, ...]:
    """Where legacy does not answer alike when it is played twice, and no check judges the values."""
    return tuple(
        f"{route.route} {place_name(place.path, place.kind)}"
        for route in report.routes
        for place in route.places
        if _is_unclean(place)
    )


def result_lines(result: ReplayResult, report: Report) -> tuple[str, ...]:
    """Lines for a terminal: what was played, how noise was measured, and what is not as it was recorded."""
    return tuple(map(visible, _lines(result, report)))


def result_record(result: ReplayResult, report: Report) -> dict[str, Any]:
    """The same for a program, without the report."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": result.run_id,
        "corpus": result.corpus,
        "half": result.half.value,
        "sessions": result.sessions,
        "entered": result.entered,
        "legacy": "recorded" if result.is_recorded else "live",
        "legacy_against_legacy": result.noise.value,
        "unclean": list(unclean_of(report)),
        "not_as_recorded": dict(sorted(result.otherwise.items())),
        "secondary_lacks": dict(sorted(result.lacking.items())),
        "accepted_id_changes": list(result.id_changes),
        "broken_times": list(result.broken_times),
        "restless": result.restless,
        "interrupted": result.interrupted,
    }


def _lines(result: ReplayResult, report: Report) -> Iterator[str]:
    played = f"{count(result.entered)} calls of {count(result.sessions)} sessions"
    yield f"{engine_of(PurePath(result.corpus).name, result.half)}: {played}" + (
        ", interrupted" if result.interrupted else ""
    )
    yield from _some("accepted change of ids:", result.id_changes)
    yield from _some("times that break what holds at legacy:", result.broken_times)
    if result.is_recorded:
        yield "legacy's answers are those of the recording; no legacy was contacted"
        return
    yield _NOISE[result.noise]
    if result.untold:
        yield f"  without {count(result.untold)} answers of the first time, for which there was no room"
    if number := sum(result.lacking.values()):
        yield f"the secondary did not get {count(number)} writes: it is not known what it calls an id in them"
        yield from _some("  ", [f"{route} {count(times)}" for route, times in _worst(result.lacking)])
    yield from _some("  not clean: nothing can be said of", unclean_of(report))
    if number := sum(result.otherwise.values()):
        yield f"{count(number)} calls no longer answer as recorded: legacy gives another status; put its data back"
        yield "  ([replay] reset_legacy), and review which values are ids (`crossfade corpus bindings`)"
        yield from _some("  ", [f"{route} {count(times)}" for route, times in _worst(result.otherwise)])


def _worst(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _some(begins: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = f" and {count(len(names) - _NAMED)} more" if len(names) > _NAMED else ""
        yield f"{begins} {', '.join(names[:_NAMED])}{more}"


def _is_unclean(place: Place) -> bool:
    is_held = place.kind == Kind.ORDER or any(check.trials and check.check in HOLDING for check in place.checks)
    return bool(place.self_differs or place.drift) and not is_held and place.status != "accepted"
