"""Sessions of calls: what clients sent in which order, and what legacy answered."""

from dataclasses import dataclass
from enum import StrEnum

from crossfade.shadow.exchange import Reply, Request
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import RouteInfo

VERSION = 1


class Half(StrEnum):
    """Which part of what was recorded: all of it, or after a split the half that all may see, or the other one."""

    ALL = "all"
    OPEN = "open"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When messages passed, in milliseconds since the request's last byte, so those of the client are negative.

    One entry per message as ``messages.message_ends`` cuts the body; empty where that was not measured.
    ``cancelled_ms``: when the client left before the answer's end. ``half_closed`` False: the answer ended, or the
    client left, before the client had ended its request; times then run from that moment.
    """

    client_ms: tuple[float, ...] = ()
    server_ms: tuple[float, ...] = ()
    cancelled_ms: float | None = None
    half_closed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and what legacy answered when it was recorded.

    ``request.id`` is unique in its session. ``write``: it may change something. ``hidden``: whose bodies, the client's
    or legacy's, hold bytes that stand in for what redaction kept nothing of. ``scrambled``: bytes that are no text are
    others in the request; it can be sent to both services, but the recorded answer is not to it.
    """

    route: RouteInfo
    request: Request
    reply: Reply
    write: bool
    timing: Timing = Timing()
    hidden: frozenset[Side] = frozenset()
    scrambled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The calls of one client in the order in which they began; ``id`` names it, and its file.

    ``source``: where it comes from, in a few words.
    """

    id: str
    calls: tuple[Call, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the sessions of a corpus have in common; ``contract_digest`` names the contract beside it, "" for none."""

    service: str
    contract_digest: str = ""
    half: Half = Half.ALL
