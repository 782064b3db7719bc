"""Whose handles: a side with its own, and a request as that side understands it."""

from dataclasses import dataclass
from enum import StrEnum

from crossfade.shadow.exchange import Request
from crossfade.shadow.exchange.outcome import Reason


class Side(StrEnum):
    """A side with handles of its own; legacy's are the ones that clients hold."""

    CANDIDATE = "candidate"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A request as a side understands it, or why it can't be rendered: foreign_handle or blocked."""

    request: Request | None
    refused: Reason | None = None
