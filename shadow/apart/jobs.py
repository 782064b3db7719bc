"""What is asked of the process that does heavy work, and what it answers. Only two processes of one run speak it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.excerpts import Excerpt
from crossfade.shadow.bindings.known import Note
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Again, Comparison, Reply, Request
from crossfade.shadow.exchange.difference import Difference
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.rules import NO_RULES, Rules
from crossfade.shadow.recording.records import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the process is given first. ``redactor`` is None where nothing is recorded.

    The contract is given as bytes, with the methods that a person confirmed as safe.
    """

    contract: bytes | None = None
    confirmed: frozenset[str] = frozenset()
    rules: Rules = NO_RULES
    redactor: RememberingRedactor | None = None

    def read_contract(self) -> Contract | None:
        """The contract itself."""
        if self.contract is None:
            return None
        return Contract(descriptor_pb2.FileDescriptorSet.FromString(self.contract)).confirm(self.confirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All texts of the comparison that may be handles: a list of ``excerpts.Texts``, each pickled by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """The comparison with legacy's values for the handles of all sides: ``Resolved``."""

    excerpt: Excerpt
    write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAgain:
    """As ``Resolve``, where the second look alone is to be resolved."""

    excerpt: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """Where the sides differ at the first look: a set of places."""

    route: RouteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """The ``Verdict``."""

    route: RouteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The comparison as it may be kept: a frame of a recording. ``secrets`` are new since the last such job."""

    route: RouteInfo
    result: Result
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """All texts of a request that may be handles: as ``Read``."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """A request as a side understands it: ``Rendered``."""

    request: Request
    side: Side
    excerpt: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffMessages:
    """What differs in messages at place ``first`` of two streams, given as two answers: ``MessagesDiffed``.

    ``excerpt`` is None where the sides have one store. ``write``: the call may mint by itself.
    """

    route: RouteInfo
    side: Side
    first: int
    excerpt: Excerpt | None
    write: bool


Job = Read | Resolve | ResolveAgain | Differs | Observe | Record | ReadRequest | Render | DiffMessages


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What resolving changed: the replies that became others, and notes of what was learnt."""

    candidate: Reply | None
    secondary: Reply | None
    again: Again | None
    notes: tuple[Note, ...]

    def of(self, comparison: Comparison) -> Comparison:
        """The comparison with what changed; the very same where nothing did."""
        if (self.candidate, self.secondary, self.again) == (None, None, None):
            return comparison
        return replace(
            comparison,
            candidate=self.candidate or comparison.candidate,
            secondary=self.secondary or comparison.secondary,
            again=self.again or comparison.again,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesDiffed:
    """The differences, or why there can be none, and notes of what was learnt."""

    differences: tuple[Difference, ...]
    uncomparable: Reason | None
    notes: tuple[Note, ...]


def changed(before: Comparison, after: Comparison, notes: tuple[Note, ...]) -> Resolved:
    """What became of a comparison."""
    return Resolved(
        candidate=None if after.candidate is before.candidate else after.candidate,
        secondary=None if after.secondary is before.secondary else after.secondary,
        again=None if after.again is before.again else after.again,
        notes=notes,
    )


class Trouble(StrEnum):
    """Why a job was not done."""

    MEMORY = "memory"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A job that was not done; ``detail`` is for the log and holds no value."""

    trouble: Trouble
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A job, with the comparison that it is about; None for the one that the last job was about.

    ``left_s``: so much of a processor's time it may take.
    """

    comparison: Comparison | None
    job: Job
    left_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer to a job, or ``Failed``, and how much of a processor's time it took."""

    answer: object
    spent_s: float
