"""An example as shown: both values side by side, and how to reproduce it. Pure."""

from dataclasses import dataclass

from crossfade.reports.figures import count
from crossfade.reports.html.highlight import Part, Parts, mark
from crossfade.reports.moves import moves_told
from crossfade.reports.report import Example
from crossfade.reports.visible import visible
from crossfade.reports.wording import sides
from crossfade.shadow.compare.render import ABSENT
from crossfade.shadow.exchange.difference import Kind

MAX_VALUE_CHARS = 4000
MAX_REPRO_CHARS = 20_000


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


def side(kind: str, example: Example) -> Side:
    """An example of a difference of this kind."""
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
