"""What became of one request, as evidence takes it in."""

from dataclasses import dataclass

from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

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

    ``owner``: names under which the values stand beside those of the path; it is not stored.
    """

    comparison_id: str
    fingerprint: Fingerprint
    path: str
    legacy: str
    candidate: str
    request: RequestSample
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A request that legacy answered and that was sent to the candidate.

    ``signature`` is empty when the answers are the same; a candidate that gave no answer is a signature of one
    fingerprint of kind ``failed``. ``noise`` is legacy against the secondary, None where that was not contacted.
    ``request_hash`` is 8 bytes: equal requests have equal hashes. ``cut``: why a stream was compared only so far.
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


Observation = Settled | Judged
