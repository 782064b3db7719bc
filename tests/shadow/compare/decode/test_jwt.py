"""A JWT is read as far as it can be, and nothing that only looks like one raises."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.jwt import is_jwt, read_jwt


def _part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    ("claims", "read"),
    [({"sub": "ann"}, {"sub": "ann"}), ([1, 2], None), (b"not JSON", None), (b'{"a":' + b"[" * 9000, None)],
)
def test_claims(claims: object, read: object) -> None:
    """Those of an object; None of anything else."""
    text = f"{_part({'alg': 'HS256'})}.{_part(claims)}.c2ln"
    assert is_jwt(text)
    assert read_jwt(text) == ({"alg": "HS256"}, read)


@pytest.mark.parametrize("text", ["", "a.b.c", "eyJ.eyJh.c", "eyJhbGci.eyJh", f"eyJhbGci.{'a' * 65_536}.c"])
def test_what_is_none(text: str) -> None:
    """It has no parts."""
    assert not is_jwt(text)
    assert read_jwt(text) == (None, None)


@given(st.text("eyJ.ab-_=", max_size=60))
def test_any_text(text: str) -> None:
    """Nothing raises."""
    read_jwt(text)
