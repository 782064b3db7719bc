"""All that is known of the handles of a run. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.bindings.memory import Places, Seen
from crossfade.shadow.bindings.scopes import Scopes
from crossfade.shadow.bindings.tables import Tables


@dataclass(frozen=True, slots=True)
class Note:
    """One change: which method of which part was called, and with what."""

    part: str
    method: str
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Known:
    """The handles, the kinds of ids, the places that mint, what clients ``sent``, and what the sides ``agreed`` on.

    ``one_to_one``: where the candidate has one id for two of legacy's, or two for one, its answer is mapped to a text
    that says so, which no other difference has.
    """

    tables: Tables
    scopes: Scopes
    places: Places
    sent: Seen
    agreed: Seen
    one_to_one: bool = False

    def take(self, notes: Iterable[Note]) -> None:
        """Does here what was done with an excerpt."""
        for note in notes:
            getattr(getattr(self, note.part), note.method)(*note.arguments, **note.options)


def nothing_known(capacity: int, edges: Edges = NO_EDGES, *, one_to_one: bool = False) -> Known:
    """What is known at first; ``capacity`` handles are kept, and as many lost values."""
    return Known(
        tables=Tables(capacity),
        scopes=Scopes(edges),
        places=Places(),
        sent=Seen(2 * capacity),
        agreed=Seen(2 * capacity),
        one_to_one=one_to_one,
    )
