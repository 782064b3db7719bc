"""One difference between two answers, and the fingerprint by which differences are gathered."""

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

MAX_FINGERPRINTS = 64
"""Fingerprints in one signature."""

MAX_TRANSITIONS = 8
"""Transitions that are told of one place; all others share one."""

OTHER = "(other)"
"""The transition of those that are not told."""

ANY = "(any)"
"""Stands for all transitions of a place whose values are no closed set."""

_BESIDE = "beside "

UNSEEN_MESSAGE = "message(unseen)"
"""The place of a message beside an error status of a unary call: clients drop it, so no caller sees it."""


class Deep(str):
    """The canonical text of JSON that is nested deeper than a value is: a leaf that equals no text."""

    __slots__ = ()


Scalar = None | bool | int | float | Decimal | str | bytes
Value = Scalar | tuple["Value", ...] | dict[str, "Value"]
"""A decoded value; a JSON number with a fraction or exponent is a Decimal of the very text, never a float."""


class Kind(StrEnum):
    """How the candidate's leaf differs from legacy's."""

    VALUE = "value"
    FORMAT = "format"  # same type, another shape: ISO time with Z or +00:00, uuid or number as text
    TYPE = "type"
    MISSING = "missing"  # legacy has it, the candidate does not
    ADDED = "added"  # the candidate has it, legacy does not
    ORDER = "order"  # a list with the same elements in another order
    FAILED = "failed"  # legacy answered, the candidate gave no complete answer

    @property
    def exchanged(self) -> "Kind":
        """The kind of the same difference with the sides exchanged."""
        return {Kind.MISSING: Kind.ADDED, Kind.ADDED: Kind.MISSING}.get(self, self)


@dataclass(frozen=True, slots=True)
class Move:
    """An element that stands at index ``ours`` with legacy and at ``theirs`` with the candidate.

    ``what`` is the element, or an object of nothing but its key.
    """

    what: Value
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Moves:
    """The elements by which two orders differ: the ``first`` few of ``count``."""

    first: tuple[Move, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One leaf that differs.

    ``path`` is concrete (``body/items/0/price``, ``message.items[0].price``); ``template`` has ``*`` for each index and
    for map keys that look like values, so that the same bug in two list elements is one cluster.
    ``legacy`` and ``candidate`` hold the decoded values (None when absent: see ``kind``). ``owner`` names what they
    belong to where the path does not: the ``name`` of an HTML field. ``context``: where the values are words of a line,
    what stands before and behind legacy's and the candidate's, so that a secret can be known by it. ``moves`` are those
    of another order.
    """

    path: str
    template: str
    kind: Kind
    legacy: Value
    candidate: Value
    owner: str = ""
    context: tuple[tuple[str, str], tuple[str, str]] | None = None
    moves: Moves | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fingerprint:
    """What makes two differences the same cluster: where, how, and why if known (a catalogue id or "").

    ``transition`` is from what to what, such as ``404 -> 401``, where the values come from a closed set; else "".
    What comes with another status tells that too (``beside``).
    """

    template: str
    kind: str
    cause: str = ""
    transition: str = ""

    def cluster_id(self, route: str) -> str:
        """A stable id of the cluster: 12 hex digits."""
        text = f"{route}\0{self.template}\0{self.kind}\0{self.cause}"
        text += f"\0{self.transition}" if self.transition else ""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def beside(own: str, status: str) -> str:
    """A transition with that of the status that came with it: ``true -> false beside 200 -> 500``; each may be ""."""
    return f"{own} {_BESIDE}{status}".lstrip() if status else own


def parted(transition: str) -> tuple[str, str]:
    """A transition's own part, and that of the status beside which it came; "" for what it does not tell."""
    own, found, status = transition.rpartition(_BESIDE)
    return (own.rstrip(), status) if found else (transition, "")


def untold(fingerprint: Fingerprint) -> Fingerprint:
    """The fingerprint that it shares with others of its place, if it has a transition."""
    return replace(fingerprint, transition=OTHER) if fingerprint.transition else fingerprint


MORE = Fingerprint(template="(more)", kind=Kind.VALUE.value)
"""Stands for fingerprints past the bound: they are never counted as equal, and no noise excuses them."""


Signature = tuple[Fingerprint, ...]
"""The sorted set of fingerprints of one comparison; empty when the answers are the same."""
