"""A unary gRPC request for grpcurl, which needs server reflection or ``-proto``."""

from crossfade.reports.repro.quote import quote, sent_headers
from crossfade.shadow.evidence.records import RequestSample

_OF_THE_PROTOCOL = ("grpc-", "content-type")  # grpcurl sets them


def grpcurl(request: RequestSample) -> str:
    """The command line; ``$ADDRESS`` is host:port, the body is proto JSON."""
    parts = ["grpcurl -plaintext"]
    parts += [
        f"-H {quote(f'{name}: {value}')}"
        for name, value in sent_headers(request.headers)
        if not name.lower().startswith(_OF_THE_PROTOCOL)
    ]
    if request.body:
        parts.append(f"-d {quote(request.body)}")
    return " ".join([*parts, '"$ADDRESS"', quote(request.target.lstrip("/"))])
