"""``bindings.toml`` in a corpus: the edges that were mined, what a person says of each, and how to write it. Pure."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crossfade.shadow.bindings.edges import Edge, Edges, edges_among, place_text, read_place

NAME = "bindings.toml"
_VERSION = 1
_HEAD = """\
# Which values of requests come from which answers: the ids that each service makes by itself.
# Written by `crossfade corpus bindings`, which keeps `kind`, `reviewed`, `plain`, `seeded`, `forms` and `note`.
# Comments do not survive: write them into `note`.
#
# reviewed = true         these values are ids: each service is sent its own, and answers are compared as if alike
# plain = true            no ids stand here, whatever it looks like: nothing is changed
# seeded = true           an id that no answer gave is the same on both sides; else its request is not compared
# forms = ["number", "uuid"]  legacy's ids and the candidate's may differ in this way: a change that clients accept
version = 1
"""
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An edge in the file. ``support`` is a share of 0 to 1, ``sessions`` how many showed it; see ``mine.Mined``."""

    edge: Edge
    support: float
    sessions: int
    legacy: str
    candidate: str
    reviewed: bool = False
    note: str = ""


def write_bindings(kept: Iterable[Kept]) -> str:
    """The text of the file, in order of kinds and consumers, reviewed ones first."""
    ordered = sorted(kept, key=lambda item: (item.edge.kind, place_text(item.edge.consumer), not item.reviewed))
    return "\n".join([_HEAD, *("\n".join(_table(item)) for item in ordered)])


def read_bindings(text: str) -> tuple[Kept, ...]:
    """The edges of a file. Raises: ValueError: with what was expected."""
    record = tomllib.loads(text)
    if record.pop("version", None) != _VERSION:
        raise ValueError(f"expected version = {_VERSION}, got another one")
    edges = record.pop("edge", [])
    if record:
        raise ValueError(f"expected version and [[edge]], got {next(iter(record))}")
    return tuple(_kept(number, edge) for number, edge in enumerate(edges, 1))


def reviewed_edges(kept: Iterable[Kept]) -> Edges:
    """Those that a person reviewed."""
    return edges_among(item.edge for item in kept if item.reviewed)


def _table(item: Kept) -> Iterator[str]:
    edge = item.edge
    yield "[[edge]]"
    yield f"kind = {_text(edge.kind)}"
    yield f"consumer = {_text(place_text(edge.consumer))}"
    yield "producers = ["
    yield from (f"  {_text(place_text(place))}," for place in edge.producers)
    yield "]"
    yield f"support = {item.support:.2f}"
    yield f"sessions = {item.sessions}"
    yield f"legacy = {_text(item.legacy)}"
    yield f"candidate = {_text(item.candidate)}"
    yield f"seeded = {json.dumps(edge.seeded)}"
    yield f"reviewed = {json.dumps(item.reviewed)}"
    if edge.plain:
        yield "plain = true"
    if edge.forms is not None:
        yield f"forms = [{', '.join(map(_text, edge.forms))}]"
    if item.note:
        yield f"note = {_text(item.note)}"
    yield ""


def _text(value: str) -> str:
    """A basic string of TOML: JSON's escapes are among its own, but for a lone surrogate and 7f."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _kept(number: int, record: dict[str, Any]) -> Kept:
    try:
        edge = Edge(
            kind=_of(str, record.pop("kind")),
            consumer=read_place(record.pop("consumer")),
            producers=tuple(map(read_place, record.pop("producers"))),
            forms=_forms(record.pop("forms", None)),
            plain=_of(bool, record.pop("plain", False)),
            seeded=_of(bool, record.pop("seeded", False)),
        )
        kept = Kept(
            edge=edge,
            support=float(record.pop("support", 0.0)),
            sessions=_of(int, record.pop("sessions", 0)),
            legacy=_of(str, record.pop("legacy", "")),
            candidate=_of(str, record.pop("candidate", "")),
            reviewed=_of(bool, record.pop("reviewed", False)),
            note=_of(str, record.pop("note", "")),
        )
    except _DAMAGED as error:
        found = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())[:200]
        raise ValueError(f"edge {number}: expected what crossfade writes, got {found}") from None
    if record:
        raise ValueError(f"edge {number}: expected the keys that the head names, got {next(iter(record))!r}")
    return kept


def _of(kind: type[Any], value: Any) -> Any:  # noqa: ANN401 - a value of TOML
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{value!r} where a {kind.__name__} stands")
    return value


def _forms(value: list[str] | None) -> tuple[str, str] | None:
    if value is None:
        return None
    legacy, candidate = (_of(str, item) for item in value)
    return legacy, candidate
