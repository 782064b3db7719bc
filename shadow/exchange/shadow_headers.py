"""Which header fields a mirrored request carries, and by which an answer says that it is none of its service."""

from crossfade.shadow.exchange import Failure, Headers, Reply, Request, header_values

ROLE_HEADER = "x-crossfade-role"
SHADOW_ROLE = "shadow"
ID_HEADER = "x-crossfade-id"
SERVED_BY_HEADER = "x-crossfade-served-by"
NOT_RECORDED_HEADER = "x-crossfade-not-recorded"

# RFC 9110 7.6.1, RFC 9113 8.2.2: they belong to one connection. Expect is answered by the proxy in front.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
        "expect",
    }
)


def is_copy(headers: Headers) -> bool:
    """Whether a request is itself a shadow request: it came back to a proxy, or goes on through another one."""
    return SHADOW_ROLE in header_values(headers, ROLE_HEADER)


def is_served_by_legacy(reply: Reply) -> bool:
    """Whether the candidate only passed the request on to legacy: no evidence of a port."""
    if isinstance(reply, Failure):
        return False
    return "legacy" in header_values((*reply.headers, *reply.trailers), SERVED_BY_HEADER)


def is_not_recorded(reply: Reply) -> bool:
    """Whether `crossfade mock` answered, and its recording has no answer to the request: no evidence of anything."""
    if isinstance(reply, Failure):
        return False
    return "1" in header_values((*reply.headers, *reply.trailers), NOT_RECORDED_HEADER)


def shadow_headers(request: Request) -> Headers:
    """The client's fields in their order, without those of its connection, with the two shadow marks at the end.

    Marks that the client sent itself are left out: a shadow request must not pass for a live one.
    """
    named = {
        name.strip().lower() for value in header_values(request.headers, "connection") for name in value.split(",")
    }
    drop = HOP_BY_HOP | {ROLE_HEADER, ID_HEADER} | named - {"te"}
    kept = tuple((name, value) for name, value in request.headers if name.lower() not in drop and name[:1] != ":")
    return (*kept, (ROLE_HEADER, SHADOW_ROLE), (ID_HEADER, request.id))
