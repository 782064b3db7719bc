"""Ids that are not one to one: one of the candidate's for two of legacy's, or two of them for one. Pure."""

from dataclasses import dataclass

from crossfade.shadow.bindings.answers import Found
from crossfade.shadow.bindings.shapes import is_short_id, is_token
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import Tables


@dataclass(frozen=True, slots=True)
class Crossing:
    """The candidate's id as it stands in an answer, and what is wrong with it."""

    theirs: str
    text: str


def two_of_legacys(tables: Tables, scope: str, found: Found) -> Crossing | None:
    """Where legacy made another thing, and the candidate gives the id of one that it made before."""
    theirs = tables.theirs(scope, found.taken, Side.CANDIDATE)
    if theirs is None or found.taken == found.legacy:
        return None
    return Crossing(theirs, f"{theirs} (one id for two things: legacy's {found.taken} and {found.legacy})")


def two_of_candidates(tables: Tables, scope: str, found: Found) -> Crossing | None:
    """Where the candidate gives an id of its own for a thing that has another one there."""
    before, theirs = tables.theirs(scope, found.legacy, Side.CANDIDATE), found.other
    if (
        before is None
        or not isinstance(theirs, str)
        or theirs == before
        or tables.is_theirs(scope, theirs, Side.CANDIDATE)
    ):
        return None
    if not (is_short_id(theirs) or is_token(theirs)):
        return None
    return Crossing(theirs, f"{theirs} (two ids for one thing: legacy's {found.legacy} was {before} before)")
