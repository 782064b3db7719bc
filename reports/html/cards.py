"""Clusters as cards: what differs, why, what to write in Java, and how to reproduce it. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossfade.reports.details import standing
from crossfade.reports.figures import clock, count, share
from crossfade.reports.html.highlight import Part, Parts, mark
from crossfade.reports.moves import moves_told
from crossfade.reports.report import Cluster, Example, Place, Report
from crossfade.reports.visible import visible
from crossfade.reports.wording import sides
from crossfade.shadow.compare.render import ABSENT
from crossfade.shadow.exchange.difference import Kind

MAX_EXAMPLES = 3
MAX_VALUE_CHARS = 4000
MAX_REPRO_CHARS = 20_000
REASON_TO_WRITE = "who agreed to this, and why"
_ACCEPTABLE = frozenset({"open", "suspicious", "undecided"})
_SENTENCES = {
    "value": "A different value of the same type.",
    "format": "The same type in a different format.",
    "type": "A different type.",
    "missing": "Legacy has it, the candidate does not.",
    "added": "The candidate has it, legacy does not.",
    "order": "The same elements in a different order.",
    "failed": "Legacy answered, the candidate gave no complete answer.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One example: both values in parts, a note where the parts do not show all, and a command line for each server.

    ``repros`` is empty where one is too long for a page: half a command would be a different one.
    """

    legacy: Parts
    candidate: Parts
    note: str
    repros: tuple[tuple[str, str], ...]
    comparison_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A cause; ``why`` and ``fix`` in parts, changed ones are code."""

    id: str
    title: str
    sure: str
    why: Parts
    fix: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One cluster as shown. ``find`` is the text that the filter box searches.

    ``severity`` is "" for noise, which breaks nothing; ``standing`` is why it is suspicious or undecided; ``accept`` is
    empty where a rule is not needed or has no effect.
    """

    id: str
    route: str
    path: str
    kind: str
    meaning: str
    status: str
    standing: str
    severity: str
    seen: str
    when: str
    why: Why | None
    examples: tuple[Side, ...]
    more: int
    accept: tuple[str, ...]
    find: str


def card(cluster: Cluster, report: Report, place: Place | None = None) -> Card:
    """The card of a cluster at a place; None where nothing is known of the place."""
    first, last = (clock(at, report.started_at) for at in (cluster.first_seen, cluster.last_seen))
    cause = cluster.cause
    words = (cluster.route, cluster.path, cluster.kind, cluster.severity, cluster.id, *_noted(cluster))
    return Card(
        id=cluster.id,
        route=cluster.route,
        path=cluster.path,
        kind=cluster.kind,
        meaning=_SENTENCES.get(cluster.kind, ""),
        status=cluster.status,
        standing=standing(place),
        severity="" if cluster.status == "noise" else cluster.severity,
        seen=f"{share(100 * cluster.rate)} of compared requests ({count(cluster.count)})",
        when=f"{first} to {last} UTC",
        why=None if cause is None else _why(cluster),
        examples=tuple(_side(cluster.kind, example) for example in cluster.examples[:MAX_EXAMPLES]),
        more=max(0, len(cluster.examples) - MAX_EXAMPLES),
        accept=accept_lines(cluster) if cluster.status in _ACCEPTABLE and cluster.kind != Kind.FAILED else (),
        find=" ".join((*words, *((cause.id, cause.title) if cause else ()))).lower(),
    )


def accept_lines(cluster: Cluster) -> tuple[str, ...]:
    """The entry for crossfade.toml that accepts this cluster; a person has to write the reason."""
    pairs = (("route", cluster.route), ("path", cluster.path), ("kind", cluster.kind), ("reason", REASON_TO_WRITE))
    return ("[[accept]]", *(f"{key} = {_toml(value)}" for key, value in pairs))


def code_parts(text: str) -> Parts:
    """Text between backticks is code; a single backtick is left as it is."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return tuple(Part(text=visible(piece), changed=at % 2 == 1) for at, piece in enumerate(pieces) if piece)


def _why(cluster: Cluster) -> Why | None:
    cause = cluster.cause
    if cause is None:
        return None
    return Why(
        id=cause.id,
        title=cause.title,
        sure="" if cause.confidence >= 1 else f"{100 * cause.confidence:.0f} % sure",
        why=code_parts(cause.explanation),
        fix=code_parts(cause.java_fix),
    )


def _side(kind: str, example: Example) -> Side:
    shown = sides(kind, example)
    legacy, candidate = (_bounded(text) for text in shown)
    note = ""
    if ABSENT in shown:
        left, right = (_plain(text) for text in (legacy, candidate))
    else:
        left, right = mark(legacy, candidate)
        note = "Both texts are cut off here; they are equal up to this point." if legacy == candidate else ""
    if told := moves_told(example.legacy, example.candidate) if kind == Kind.ORDER else "":
        note = f"moved: {visible(told)}"
    return Side(legacy=left, candidate=right, note=note, repros=_repros(example), comparison_id=example.comparison_id)


def _repros(example: Example) -> tuple[tuple[str, str], ...]:
    """One line for each side; or the one for ``$ADDRESS``, where it is not known which port the client used."""
    lines: tuple[tuple[str, str], ...] = (("$ADDRESS", example.repro),)
    if example.repro_legacy:
        lines = (("legacy", example.repro_legacy), ("candidate", example.repro_candidate))
    return () if any(len(line) > MAX_REPRO_CHARS for _, line in lines) else lines


def _plain(text: str) -> Parts:
    return (Part(text=visible(text), changed=text == ABSENT),)


def _bounded(text: str) -> str:
    if len(text) <= MAX_VALUE_CHARS:
        return text
    return f"{text[:MAX_VALUE_CHARS]}… ({count(len(text))} characters in all)"


def _toml(text: str) -> str:
    """A basic string of TOML 1.0: the escapes of JSON, and DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def cards(
    clusters: Iterable[Cluster], report: Report, places: Mapping[tuple[str, str, str], Place]
) -> tuple[Card, ...]:
    """The cards of these clusters, in their order; ``places`` by route, path and kind."""
    return tuple(card(cluster, report, places.get((cluster.route, cluster.path, cluster.kind))) for cluster in clusters)


def _noted(cluster: Cluster) -> tuple[str, ...]:
    """The status, where a person looks for it."""
    return (cluster.status,) if cluster.status in {"suspicious", "undecided"} else ()
