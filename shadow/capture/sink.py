"""The seam between an engine and the mirror."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol as Interface

from crossfade.shadow.exchange import Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.serving.weights import LEGACYS, Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """A request whose header fields have arrived. ``at`` is seconds since the epoch.

    ``refused``: the engine answers it itself and does not pass it on. ``peer`` is the address of the client's
    connection, "" where that is not known. ``choice`` is who answers it.
    """

    id: str
    listener: str
    protocol: Protocol
    method: str
    target: str
    headers: Headers
    at: float
    refused: bool = False
    peer: str = ""
    choice: Choice = LEGACYS


Choose = Callable[[RequestHead], Choice]
"""Who answers a request. What it raises is counted, and legacy answers."""


class Interest(Enum):
    """What a sink wants to see of a request: only its end, complete copies, or parts as they pass.

    Where a WHOLE request turns out to be longer than the limit, an engine switches to parts.
    """

    NOTHING = auto()
    WHOLE = auto()
    LIVE = auto()


class Sink(Interface):
    """What an engine reports to. Every started id ends in exactly one of replied, cancelled, passed_through.

    No call may block: the client's traffic waits behind it.
    """

    def started(self, head: RequestHead) -> Interest:
        """A request entered: ``entered`` counts these calls."""

    def fell_back(self, request_id: str) -> None:
        """The candidate, which was to answer, took no connection: legacy answers. Called before the answer begins."""

    def request_complete(self, request: Request) -> None:
        """The last byte of a WHOLE request arrived from the client."""

    def request_began(self, request: Request) -> None:
        """A LIVE request arrives; ``request.body`` is what has arrived so far."""

    def request_part(self, request_id: str, data: bytes) -> None:
        """More of a LIVE request's body."""

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        """The last byte of a LIVE request arrived from the client."""

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        """The answer begins: legacy's, or the candidate's where the head's ``choice`` says so.

        True: the sink wants its parts as they pass, and not the complete answer.
        """

    def answer_part(self, request_id: str, data: bytes) -> None:
        """More of an answer whose parts are wanted."""

    def outlives_client(self, request_id: str) -> bool:
        """Whether the answer to a complete request counts though its client has gone: legacy may have done its work.

        Asked once the client has gone, perhaps more than once. True: an engine that can reads the answer for a while.
        """

    def replied(self, request_id: str, reply: Reply) -> None:
        """Legacy answered completely (without the body where its parts were wanted), or failed."""

    def cancelled(self, request_id: str) -> None:
        """The client went away before legacy's answer was complete, and no answer came that counts."""

    def passed_through(self, request_id: str, reason: Reason) -> None:
        """It became something that is not compared, such as a WebSocket."""
