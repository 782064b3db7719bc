"""Which protocol a request is of."""

from crossfade.shadow.exchange import Headers, Protocol, header_values


def protocol_of(headers: Headers, *, http2: bool) -> Protocol:
    """GRPC is HTTP/2 with its content type."""
    kind = "".join(header_values(headers, "content-type")).partition(";")[0].strip().lower()
    is_grpc = kind == "application/grpc" or kind.startswith("application/grpc+")
    return Protocol.GRPC if is_grpc and http2 else Protocol.HTTP
