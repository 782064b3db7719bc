"""JSON keeps every digit and every key."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.json_text import MAX_DEPTH, decode_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        ("1", 1),
        ("18446744073709551616", 2**64),
        ("18446744073709551621", 18446744073709551621),
        ("-9223372036854775809", -(2**63) - 1),
        ("1.0", Decimal("1.0")),
        ("0.12345678901234567890", Decimal("0.12345678901234567890")),
        ("0.1", Decimal("0.1")),
        ("1e400", Decimal("1e400")),
        ("1E-400", Decimal("1e-400")),
        ('"\\u00e9"', "é"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\ud800"', "\ud800"),
        ('"\\u0000"', "\0"),
        (" [1, 2 ]\n", (1, 2)),
        ("{}", {}),
        ("[]", ()),
        ('{"a": {"b": [null]}}', {"a": {"b": (None,)}}),
        ('{"p": 1, "p": 2}', {"p": 1, "p#2": 2}),
        ('{"p": 1, "p#2": 2}', {"p": 1, "p#2#1": 2}),
        ('{"": {"a": 1, "a": [1]}}', {"": {"a": 1, "a#2": (1,)}}),
        ("\ufeff1", 1),
    ],
)
def test_values(text: str, value: Any) -> None:
    """Each text has its very value."""
    found = decode_json(text)
    assert (type(found), repr(found)) == (type(value), repr(value))


@pytest.mark.parametrize(("text", "negative"), [("-0", True), ("-0.0", True), ("0.0", False), ("-0e0", True)])
def test_the_sign_of_zero(text: str, negative: bool) -> None:
    """Minus zero keeps its sign; it has no int."""
    value = decode_json(text)
    assert isinstance(value, Decimal)
    assert value.is_signed() == negative


def test_zero_is_an_int() -> None:
    """The plain zero."""
    assert repr(decode_json("0")) == "0"


def test_an_integer_beyond_what_int_reads() -> None:
    """5000 digits are kept, where int() refuses 4301."""
    digits = "1" * 4999
    assert decode_json(digits + "1") == Decimal(digits + "1")
    assert decode_json(digits + "1") != decode_json(digits + "2")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_python_writes_and_json_forbids(text: str) -> None:
    """Literals that Python's json writes are floats, so that they differ from every number and text."""
    value = decode_json(text)
    assert isinstance(value, float)
    assert repr(value) == repr(float(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        '{"p":1} GARBAGE',
        "{} {}",
        "1,",
        "[1,]",
        "{'a': 1}",
        '{"a"}',
        "nan",
        "+1",
        "01",
        ".5",
        "1.",
        "0x10",
        '"a\nb"',
        '"\\x41"',
        '"\\ud8"',
        '"abc',
        "[",
        "\ufeff\ufeff1",
        "1\0",
        "tru",
        "1e99999999999999999999",
    ],
)
def test_what_is_not_json(text: str) -> None:
    """It is refused, and so is anything behind the value."""
    with pytest.raises(UndecodableError, match="expected JSON"):
        decode_json(text)


def test_the_error_holds_no_payload() -> None:
    """The text of an error is stored, a body is not."""
    with pytest.raises(UndecodableError) as caught:
        decode_json('{"password": "hunter2", oops')
    assert "hunter2" not in str(caught.value)
    assert "oops" not in str(caught.value)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_bounded(opening: str, closing: str) -> None:
    """200 levels are read, one more is refused, and 100,000 cost no crash."""
    levels = opening.count("[") + opening.count("{")
    fits = MAX_DEPTH // levels
    assert decode_json(opening * fits + "1" + closing * fits) is not None
    for times in (fits + 1, 100_000):
        with pytest.raises(UndecodableError, match="nested at most 200 deep"):
            decode_json(opening * times + "1" + closing * times)
    with pytest.raises(UndecodableError):
        decode_json(opening * 100_000)


def test_brackets_in_text_are_not_depth() -> None:
    """A flat value with many brackets is flat."""
    assert decode_json(json.dumps("[{" * 1000)) == "[{" * 1000
    assert decode_json("[" + "[]," * 1000 + "[]]") == ((),) * 1001


def test_a_key_repeated_very_often() -> None:
    """A hundred thousand duplicates are kept in linear time."""
    started = time.process_time()
    value = decode_json("{" + ",".join(['"a":1'] * 100_000) + "}")
    assert isinstance(value, dict)
    assert len(value) == 100_000
    assert time.process_time() - started < 5


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.decimals(allow_nan=False, places=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _write(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_write(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def _read(value: Any) -> Any:
    """The value as the standard module's own reader would give it, with decimals."""
    if isinstance(value, tuple):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    return value


@given(_json.filter(lambda value: "#" not in _write(value)))
def test_round_trip(value: Any) -> None:
    """What was written is read."""
    assert _read(decode_json(_write(value))) == value


@given(st.text(st.sampled_from('{}[]",:0123456789.eE+-\\u truefalsn\ufeff#'), max_size=40) | st.text())
def test_any_text(text: str) -> None:
    """Arbitrary text is read or refused, and whatever is read json reads too."""
    try:
        decode_json(text)
    except UndecodableError:
        return
    json.loads(text.removeprefix("\ufeff"))
