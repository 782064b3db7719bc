"""Findings as cards: what differs, why, what to write in Java, the clusters that are its parts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crossfade.reports.details import standing
from crossfade.reports.figures import clock, count, share
from crossfade.reports.html.highlight import Part, Parts
from crossfade.reports.html.sides import Side, side
from crossfade.reports.report import Cause, Cluster, Finding, Place, Report
from crossfade.reports.visible import visible
from crossfade.reports.wording import part_note
from crossfade.shadow.exchange.difference import Kind

MAX_EXAMPLES = 3
MAX_PARTS = 50
"""Parts that a card lists; the first ``MAX_PARTS_WITH_EXAMPLE`` of them with an example."""
MAX_PARTS_WITH_EXAMPLE = 5
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

Places = Mapping[tuple[str, str, str], Place]
"""By route, path and kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A cause; ``why`` and ``fix`` in parts, changed ones are code."""

    id: str
    title: str
    sure: str
    why: Parts
    fix: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cluster as part of a finding; ``note`` is what sets it apart; the example is None where it is not shown."""

    id: str
    route: str
    path: str
    kind: str
    note: str
    seen: str
    example: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One finding as shown. ``find`` is the text that the filter box searches.

    ``kind`` and ``examples`` are those of its root. ``severity`` is "" for noise, which breaks nothing; ``standing`` is
    why it is suspicious or undecided; ``accept`` is a command, "" where it is not needed or has no effect.
    """

    id: str
    title: str
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
    rows: tuple[Row, ...]
    parts: int
    accept: str
    find: str


def card(finding: Finding, clusters: Mapping[str, Cluster], report: Report, places: Places) -> Card:
    """The card of a finding; ``clusters`` by id."""
    parts = [clusters[part] for part in finding.parts]
    root = parts[0]
    place = places.get((root.route, root.path, root.kind))
    return Card(
        id=finding.id,
        title=finding.title,
        kind=root.kind,
        meaning=_SENTENCES.get(root.kind, ""),
        status=finding.status,
        standing=standing(place),
        severity="" if finding.status == "noise" else finding.severity,
        seen=f"{share(100 * finding.rate)} of compared requests ({count(finding.count)})",
        when=_when(parts, report),
        why=None if finding.cause is None else _why(finding.cause),
        examples=tuple(side(root.kind, example) for example in root.examples[:MAX_EXAMPLES]),
        more=max(0, len(root.examples) - MAX_EXAMPLES),
        rows=_rows(finding, parts),
        parts=len(parts),
        accept=accept_command(finding) if finding.status in _ACCEPTABLE and root.kind != Kind.FAILED else "",
        find=_find(finding, parts),
    )


def accept_command(finding: Finding) -> str:
    """The command that accepts a finding; a person has to write the reason."""
    return f"crossfade accept {finding.id} --reason '{REASON_TO_WRITE}'"


def code_parts(text: str) -> Parts:
    """Text between backticks is code; a single backtick is left as it is."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return tuple(Part(text=visible(piece), changed=at % 2 == 1) for at, piece in enumerate(pieces) if piece)


def _when(parts: Iterable[Cluster], report: Report) -> str:
    parts = tuple(parts)
    first, last = min(part.first_seen for part in parts), max(part.last_seen for part in parts)
    return f"{clock(first, report.started_at)} to {clock(last, report.started_at)} UTC"


def _why(cause: Cause) -> Why:
    return Why(
        id=cause.id,
        title=cause.title,
        sure="" if cause.confidence >= 1 else f"{100 * cause.confidence:.0f} % sure",
        why=code_parts(cause.explanation),
        fix=code_parts(cause.java_fix),
    )


def _rows(finding: Finding, parts: Sequence[Cluster]) -> tuple[Row, ...]:
    """The parts, the root first, whose examples stand above them all."""
    return tuple(
        Row(
            id=part.id,
            route=part.route,
            path=part.path,
            kind=part.kind,
            note=", ".join(filter(None, (part.transition, part_note(part, finding)))),
            seen=f"{share(100 * part.rate)} ({count(part.count)})",
            example=side(part.kind, part.examples[0]) if part.examples and 0 < at <= MAX_PARTS_WITH_EXAMPLE else None,
        )
        for at, part in enumerate(parts[:MAX_PARTS])
    )


def _find(finding: Finding, parts: Iterable[Cluster]) -> str:
    """Every word of it once: its own, its cause's and those of its parts."""
    cause = finding.cause
    status = (finding.status,) if finding.status in {"suspicious", "undecided"} else ()
    words = [finding.title, finding.severity, finding.id, *status, *((cause.id, cause.title) if cause else ())]
    for part in parts:
        words += [part.route, part.path, part.kind, part.transition, part.id]
    return " ".join(dict.fromkeys(filter(None, words))).lower()
