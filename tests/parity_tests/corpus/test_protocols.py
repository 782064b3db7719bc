"""Which protocol a request is of."""

import pytest

from crossfade.parity_tests.corpus.protocols import protocol_of
from crossfade.shadow.exchange import Protocol


@pytest.mark.parametrize(
    ("kind", "http2", "protocol"),
    [
        ("application/grpc", True, Protocol.GRPC),
        ("Application/gRPC+proto; x=1", True, Protocol.GRPC),
        ("application/grpc", False, Protocol.HTTP),
        ("application/grpc-web", True, Protocol.HTTP),
        ("", True, Protocol.HTTP),
    ],
)
def test_grpc(kind: str, http2: bool, protocol: Protocol) -> None:
    """By its content type, over HTTP/2 alone."""
    assert protocol_of((("Content-Type", kind),), http2=http2) is protocol
