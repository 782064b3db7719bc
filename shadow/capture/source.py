"""The seam between a source of finished pairs and those who judge them.

A source contacted both sides itself, or saw both answers: generated services (``ingest``) do, and so may an engine
whose proxy mirrors by itself. It tells a ``PairSink``, where an engine that sees only legacy's answer tells a ``Sink``.
"""

from dataclasses import dataclass
from typing import Protocol as Interface

from crossfade.shadow.exchange import Protocol, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A request and what both sides answered; ``candidate`` is a reason where it was not contacted after all."""

    request: Request
    legacy: Reply
    candidate: Reply | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A request that both sides answered with the same bytes.

    ``request_hash`` counts distinct requests (``judging.judge``); a latency is None where it means nothing.
    """

    request_hash: int
    legacy_ms: float | None
    candidate_ms: float | None


class PairSink(Interface):
    """What one sender of a source tells. Every request ends in exactly one of matched, pair and settled.

    A request may be counted as entered before or after it ended; what has not ended when the sender closes is shed.
    """

    def route(self, protocol: Protocol, method: str, target: str, listener: str = "") -> RouteInfo:
        """The route under which such a request is counted."""

    def entered(self, route: RouteInfo, count: int) -> None:
        """More requests entered."""

    def matched(self, route: RouteInfo, match: Match) -> None:
        """The sender found both answers equal."""

    def pair(self, route: RouteInfo, pair: Pair) -> None:
        """The sender could not tell: the answers are to be judged."""

    def settled(self, route: RouteInfo, outcome: Outcome, reason: Reason, count: int = 1) -> None:
        """Requests that were not compared."""

    def close(self) -> None:
        """The sender is gone, and nothing more will come of it."""
