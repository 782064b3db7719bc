"""Causes of differing encodings."""

import base64
import gzip
import hashlib
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.difference import Value

NAMESPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
LINES = base64.encodebytes(bytes(range(100))).decode()


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("I1", "-__-MQ==", "-__-MQ"),
        ("I2", LINES, LINES.replace("\n", "\r\n")),
        ("I2", LINES, LINES.replace("\n", "\r\n").removesuffix("\r\n")),
        ("I4", "0000000018e6" + "a" * 20, "18e6" + "a" * 20),
        ("I5", "a%20b/c~%2A", "a+b%2Fc%7E*"),
        ("I5", "/artifacts/b-001252/logs%2A.txt", "/artifacts/b-001252/logs*.txt"),
        ("I5", "/artifacts/b-001474/app~1.jar", "/artifacts/b-001474/app%7E1.jar"),
        ("I13", str(uuid.uuid5(NAMESPACE, "a")), str(uuid.uuid3(NAMESPACE, "a"))),
        ("C27", "a".encode("utf-16"), b"\xfe\xff\x00a"),
        (
            "I11",
            gzip.compress(b"data" * 9, mtime=7),
            gzip.compress(b"data" * 9, mtime=0)[:8] + b"\x00\xff" + gzip.compress(b"data" * 9)[10:],
        ),
    ],
)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """The same bytes in Java's encoding name their entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("-__-MQ==", "-__-MR"),
        ("x=", "x"),  # no base64: its length is not a multiple of 4
        ("a b==", "a b"),
        (LINES, LINES.replace("AAEC", "AAED").replace("\n", "\r\n")),
        ("007", "7"),  # no digest
        ("0" * 32, ""),
        ("a%20b", "a b"),
        ("a%20b", "a+c"),
        (str(uuid.UUID(int=1, version=4)), str(uuid.UUID(int=2, version=4))),
        (b"\x00a\x00b", b"a\x00b\x00"),  # no mark
        (b"\xfe\xff\x00a", "a".encode("utf-16")),  # Java's order in legacy
        (gzip.compress(b"one", mtime=1), gzip.compress(b"two", mtime=2)),
        (hashlib.sha256(b"a").digest(), hashlib.sha256(b"b").digest()),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """Other bytes stay unexplained."""
    assert cause_of_pair(legacy, candidate) == ""


@given(st.binary(min_size=1, max_size=40).filter(lambda data: len(data) % 3))
def test_base64_without_padding_is_explained(cause_of_pair: Callable[..., str], data: bytes) -> None:
    """All bytes whose base64 is padded."""
    text = base64.urlsafe_b64encode(data).decode()
    assert cause_of_pair(text, text.rstrip("=")) == "I1"
