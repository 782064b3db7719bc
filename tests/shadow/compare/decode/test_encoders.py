"""A changed body is coded as it was before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.encoders import encode_codings


@pytest.mark.parametrize(
    "codings", [(), ("gzip",), ("x-gzip",), ("deflate",), ("br",), ("zstd",), ("gzip, identity", "br")], ids=str
)
@given(body=st.binary(min_size=1, max_size=200))
def test_round_trip(codings: tuple[str, ...], body: bytes) -> None:
    """What is coded is decoded to the same, and twice to the same bytes."""
    coded = encode_codings(body, codings)
    assert decode_codings(coded, codings) == body
    assert encode_codings(body, codings) == coded
