"""Values of a line: what is taken, and what is said of others."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.ingest import fields
from crossfade.shadow.ingest.fields import FieldError

READERS: dict[str, Callable[[object, str], Any]] = {
    "table": fields.table,
    "count": fields.count,
    "milliseconds": fields.milliseconds,
    "flag": fields.flag,
    "text": fields.text,
    "name": fields.name,
    "request_hash": fields.request_hash,
    "data": fields.data,
    "metadata": fields.metadata,
    "request_metadata": fields.request_metadata,
}


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    [
        ("table", {"a": 1}, {"a": 1}),
        ("count", 0, 0),
        ("count", fields.MAX_COUNT, fields.MAX_COUNT),
        ("milliseconds", 3, 3.0),
        ("milliseconds", 0.25, 0.25),
        ("flag", True, True),
        ("text", "", ""),
        ("name", "java 1.2", "java 1.2"),
        ("request_hash", "00000000000000ff", 255),
        ("data", "AAE=", b"\x00\x01"),
        ("data", "", b""),
        ("metadata", [["x-a", "1"], ["x-a", "é\t"]], (("x-a", "1"), ("x-a", "é\t"))),
        ("request_metadata", [["x-a", "1"], ["x-a", "é\t"]], (("x-a", "1"), ("x-a", "é\t"))),
        ("request_metadata", [["x-a", "a\ufffdb\n\ud800"]], (("x-a", "a?b??"),)),
        ("request_metadata", [["X-a:", ""], ["", ""], ["a" * 201, ""]], (("x-a_", ""), ("_", ""), ("a" * 200, ""))),
    ],
)
def test_what_is_taken(reader: str, value: object, read: object) -> None:
    """The value as it is used."""
    assert READERS[reader](value, "x") == read


@pytest.mark.parametrize(
    ("reader", "value", "said"),
    [
        ("table", [], "x: expected an object, got a list"),
        ("count", -1, "x: expected a whole number from 0 to 1000000000, got another value"),
        ("count", 10**30, "x: expected a whole number from 0 to 1000000000, got another value"),
        ("count", True, "x: expected a whole number from 0 to 1000000000, got true or false"),
        ("count", 1.0, "x: expected a whole number from 0 to 1000000000, got another value"),
        ("milliseconds", float("nan"), "x: expected milliseconds, got another value"),
        ("milliseconds", float("inf"), "x: expected milliseconds, got another value"),
        ("milliseconds", 10**400, "x: expected milliseconds, got another value"),
        ("milliseconds", -0.1, "x: expected milliseconds, got another value"),
        ("milliseconds", "1", "x: expected milliseconds, got a text"),
        ("flag", 1, "x: expected true or false, got another value"),
        ("text", None, "x: expected a text, got nothing"),
        ("name", "", "x: expected a printable text of 1 to 200 characters, got another one"),
        ("name", "a\nb", "x: expected a printable text of 1 to 200 characters, got another one"),
        ("name", "a" * 201, "x: expected a printable text of 1 to 200 characters, got another one"),
        ("request_hash", "00FF", "x: expected 16 hex digits in lower case, got a text"),
        ("request_hash", "0" * 16 + "\n", "x: expected 16 hex digits in lower case, got a text"),
        ("data", "AAE", "x: expected base64, got another text"),
        ("data", "A A=", "x: expected base64, got another text"),
        ("data", "ü", "x: expected base64, got another text"),
        ("metadata", [["x-a"]], "x: expected [name, value], got a list"),
        ("metadata", [["x-a", 1]], "x: expected [name, value], got a list"),
        ("metadata", [["X-A", "1"]], "x: expected names and values of gRPC metadata, got others"),
        ("metadata", [["", "1"]], "x: expected names and values of gRPC metadata, got others"),
        ("metadata", [["x", "a\nb"]], "x: expected names and values of gRPC metadata, got others"),
        ("metadata", [["x", "\ud800"]], "x: expected names and values of gRPC metadata, got others"),
        ("metadata", {"x": "1"}, "x: expected a list, got an object"),
        ("request_metadata", [["x-a", 1]], "x: expected [name, value], got a list"),
    ],
)
def test_what_is_refused(reader: str, value: object, said: str) -> None:
    """One line with the place and the type, never the value."""
    with pytest.raises(FieldError) as raised:
        READERS[reader](value, "x")
    assert str(raised.value) == said


@pytest.mark.parametrize("reader", READERS)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    )
)
def test_any_value(reader: str, value: object) -> None:
    """It is read, or refused; nothing else comes out."""
    with contextlib.suppress(FieldError):
        READERS[reader](value, "x")
