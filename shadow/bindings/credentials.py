"""A credential that the candidate can't know, because it was issued outside of the run."""

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.exchanges import credentials
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Reply, header_values
from crossfade.shadow.exchange.served import Served

_REFUSED = frozenset({401, 403})
_REFUSED_CALL = frozenset({"7", "16"})  # PERMISSION_DENIED, UNAUTHENTICATED


def credential_refused(comparison: Comparison, bindings: Bindings) -> bool:
    """Whether the side that is asked with a copy alone refuses a credential that no answer of this run issued.

    One that was issued in the run is mapped: if the candidate still refuses it, that is a difference like any other.
    Where the candidate served, only it may know what its client carries, such as a session in its own memory.
    """
    protocol = comparison.request.protocol
    refused = {
        Served.LEGACY: _refuses(comparison.legacy, protocol),
        Served.CANDIDATE: _refuses(comparison.candidate, protocol),
    }
    if refused[comparison.served] or not any(refused.values()):
        return False
    if comparison.served is Served.CANDIDATE:  # without a credential legacy's refusal is its answer to anybody
        return isinstance(comparison.candidate, Answer) and bool(credentials(comparison.request))
    return not bindings.issued(comparison.request)


def _refuses(reply: Reply, protocol: Protocol) -> bool:
    if not isinstance(reply, Answer):
        return False
    if protocol is not Protocol.GRPC or reply.status in _REFUSED:
        return reply.status in _REFUSED
    return not _REFUSED_CALL.isdisjoint(header_values((*reply.headers, *reply.trailers), "grpc-status"))
