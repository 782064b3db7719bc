"""What became of one request, as evidence takes it in."""

from dataclasses import dataclass
from enum import StrEnum

from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served

UNSHOWN = "what its text does not show"
"""What a sample is cut by where its exact bytes are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A request that ended without a judgement: skipped, shed, legacy_failed or uncomparable; or ``count`` alike."""

    route: RouteInfo
    outcome: Outcome
    reason: Reason
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSample:
    """Enough of a request to send it again by hand.

    ``body`` is text: the HTTP body, or the messages of a call as proto JSON, one a line; "" where there is none, or
    none can be read. ``data`` is the whole body in base64 where the text is not exact, else None. ``unread`` are the
    names of fields whose values only ``data`` may hold; nothing is stored of it. ``cut`` and ``redacted`` describe
    what is left out of the body, and which parts are pseudonyms. ``h2c`` where the client spoke HTTP/2 without TLS.
    """

    protocol: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str
    authority: str = ""
    h2c: bool = False
    data: str | None = None
    unread: tuple[str, ...] = ()
    cut: str = ""
    redacted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One difference as a person reads it; values are rendered text, not yet redacted.

    ``owner``: names under which the values stand beside those of the path; ``context``: what is around the values where
    they are words of two lines. Neither is stored.
    """

    comparison_id: str
    fingerprint: Fingerprint
    path: str
    legacy: str
    candidate: str
    request: RequestSample
    owner: str = ""
    context: tuple[tuple[str, str], tuple[str, str]] | None = None


class Check(StrEnum):
    """What is still compared of a value that differs from one answer of legacy to the next."""

    DISTANCE = "distance"  # farther from legacy's value than the secondary's is, as a time or a number
    PARTS = "parts"  # more elements of a list, or words of a text, differ from legacy's than the secondary's do
    REPEATS = "repeats"  # the same value for two requests, where legacy gives two
    FORM = "form"  # a shape, a length class, an alphabet or an enum value that legacy does not use
    RELATION = "relation"  # outside of the request's own time, or no longer equal to or before another value


class Mutation(StrEnum):
    """How a real answer was made wrong on purpose."""

    VALUE = "value"  # one leaf has another value
    MISSING = "missing"  # one field is missing
    STATUS = "status"  # another status
    CONSTANT = "constant"  # a value that legacy changes with each answer is always the same


class Unjudged(StrEnum):
    """How the secondary's value differs from legacy's where no check can tell noise from another state."""

    OTHER = "other"  # neither a time, a number nor an id
    ABOVE = "above"  # a number above legacy's
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A place (a template and a kind) at which an answer to one request differed from legacy's.

    ``candidate`` and ``secondary``: whether theirs did, ``candidate_again`` and ``secondary_again`` whether it did when
    they were sent the request once more; None where that was not done or can't be said. ``drift``: the secondary agreed
    with itself and not with legacy, so that it is a reference here too: ``candidate`` is then whether the candidate
    differs from both. ``with_candidate``: of a secondary that was asked because legacy and candidate differ, whether it
    agrees with the candidate and not with legacy; False where it is the other way round, else None. ``unjudged``: of a
    secondary that answered once only, how it differs if no check can judge that.
    """

    template: str
    kind: str
    candidate: bool
    secondary: bool | None = None
    candidate_again: bool | None = None
    secondary_again: bool | None = None
    drift: bool = False
    with_candidate: bool | None = None
    unjudged: Unjudged | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check at a noisy place in one request: whether the candidate's value, and the control's, fails it.

    The control is the secondary, or legacy itself where two of its own answers are held against each other; while both
    sides are the same implementation, either fails as often as the other.
    """

    template: str
    kind: str
    check: Check
    candidate: bool
    control: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An answer that was made wrong on purpose, judged like any other, and what was found of that.

    It is no request: it counts in an account of its own. ``signature`` holds what the mutation added to the answer's
    own differences, () where it was not seen. Of ``CONSTANT`` there are ``checks`` instead.
    """

    route: RouteInfo
    mutation: Mutation
    signature: Signature = ()
    checks: tuple[Checked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request that legacy answered and that was sent to the candidate.

    ``signature`` holds the candidate's differences that nothing in this request excuses; a candidate that gave no
    answer is a signature of one fingerprint of kind ``failed``. ``excused`` are those at places where the secondary
    differs from itself or from legacy in this very request, ``drift`` those at places where the candidate answers as
    the secondary does, which agrees with itself and not with legacy. All three are empty when the answers are the same.

    ``noise`` is legacy against the secondary at the first look, None where that was not contacted. ``sightings``: every
    place at which any answer differed from legacy's. ``asked_again``: there was a second look. ``chosen``: the
    secondary was asked because legacy and candidate differ, so that how often it differs is no fair sample.
    ``request_hash`` is 8 bytes: what is one unit of the claim has equal hashes. ``cut``: why a stream was compared only
    so far. ``served``: whose answer the client got. ``cross_reads``: the keys of the routes by which the candidate
    wrote what is read here.
    """

    route: RouteInfo
    at: float
    request_hash: int
    signature: Signature
    noise: Signature | None
    examples: tuple[Example, ...]
    legacy_ms: float | None
    candidate_ms: float | None
    cut: Reason | None = None
    excused: Signature = ()
    drift: Signature = ()
    sightings: tuple[Sighting, ...] = ()
    checks: tuple[Checked, ...] = ()
    asked_again: bool = False
    chosen: bool = False
    served: Served = Served.LEGACY
    cross_reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossRead:
    """What the candidate wrote on a route (the key ``write_route``), read on ``route`` through both sides.

    It is no client's request, and counts in an account of its own. ``signature`` as in ``Judged``.
    """

    route: RouteInfo
    write_route: str
    signature: Signature


Observation = Settled | Judged
Noted = Observation | Proof | CrossRead
"""All that evidence is told: how requests ended, and beside them what is no request."""
