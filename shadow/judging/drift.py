"""Another state, not another implementation: legacy's own second instance refuses as the candidate does.

A write that was shed or never mirrored sets the stores apart. A later request for what only legacy has then gets
another status from both the candidate and the secondary, and is no evidence about the port.
"""

from crossfade.shadow.exchange import Answer, Comparison, Protocol, Reply, Request, header_values

_SERVER_FAULTS = frozenset({"2", "4", "8", "12", "13", "14", "15"})  # UNKNOWN ... DATA_LOSS: never caused by a state
_TOO_MANY_REQUESTS = 429
_RESOURCE_EXHAUSTED = "8"
_SERVER_ERROR = 500

_Status = tuple[int, str]


def status_differs(comparison: Comparison) -> bool:
    """Whether both sides answered, with different statuses: then the secondary can distinguish a state from a fault."""
    if _same_fields(comparison.legacy, comparison.candidate):
        return False
    legacy, candidate = (_status(comparison, reply) for reply in (comparison.legacy, comparison.candidate))
    return legacy is not None and candidate is not None and legacy != candidate


def has_drifted(comparison: Comparison) -> bool:
    """Whether the secondary answered with the candidate's status, which is not legacy's and no server fault."""
    if not status_differs(comparison):
        return False
    candidate = _status(comparison, comparison.candidate)
    if candidate is None or _is_fault(candidate):
        return False
    return _status(comparison, comparison.secondary) == candidate


def _same_fields(one: Reply, other: Reply) -> bool:
    """Whether two answers are the same but for their bodies, so that no status need be looked for."""
    if not isinstance(one, Answer) or not isinstance(other, Answer):
        return False
    return (one.status, one.headers, one.trailers) == (other.status, other.headers, other.trailers)


def _status(comparison: Comparison, reply: Reply | None) -> _Status | None:
    return _status_of(comparison.request, reply) if isinstance(reply, Answer) else None


def _status_of(request: Request, answer: Answer) -> _Status:
    if request.protocol is not Protocol.GRPC:
        return (answer.status, "")
    return (answer.status, ",".join(header_values((*answer.headers, *answer.trailers), "grpc-status")))


def is_refused_for_rate(request: Request, reply: Reply) -> bool:
    """Whether a side says that it was asked too often: then it says nothing of what was asked."""
    if not isinstance(reply, Answer):
        return False
    http, grpc = _status_of(request, reply)
    return http == _TOO_MANY_REQUESTS or grpc == _RESOURCE_EXHAUSTED


def is_fault(request: Request, answer: Answer) -> bool:
    """Whether an answer's status is one that no state brings about."""
    return _is_fault(_status_of(request, answer))


def _is_fault(status: _Status) -> bool:
    http, grpc = status
    return http >= _SERVER_ERROR or http == _TOO_MANY_REQUESTS or grpc in _SERVER_FAULTS
