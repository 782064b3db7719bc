"""A credential that the candidate can't know, because it was issued outside of the run."""

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Reply, header_values

_REFUSED = frozenset({401, 403})
_REFUSED_CALL = frozenset({"7", "16"})  # PERMISSION_DENIED, UNAUTHENTICATED


def credential_refused(comparison: Comparison, bindings: Bindings) -> bool:
    """Whether the candidate alone refuses a credential that no answer of this run issued.

    One that was issued in the run is mapped: if the candidate still refuses it, that is a difference like any other.
    """
    protocol = comparison.request.protocol
    if not _refuses(comparison.candidate, protocol) or _refuses(comparison.legacy, protocol):
        return False
    return not bindings.issued(comparison.request)


def _refuses(reply: Reply, protocol: Protocol) -> bool:
    if not isinstance(reply, Answer):
        return False
    if protocol is not Protocol.GRPC or reply.status in _REFUSED:
        return reply.status in _REFUSED
    return not _REFUSED_CALL.isdisjoint(header_values((*reply.headers, *reply.trailers), "grpc-status"))
