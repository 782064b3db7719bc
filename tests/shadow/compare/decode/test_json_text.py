"""JSON keeps every digit and every key."""

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.deep_json import deep_scalars
from crossfade.shadow.compare.decode.json_text import MAX_DEPTH, decode_documents, decode_json
from crossfade.shadow.compare.diff.equality import Equality, same_scalar
from crossfade.shadow.exchange.difference import Deep


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


@pytest.mark.slow
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth(opening: str, closing: str) -> None:
    """200 levels are read, what lies deeper is one leaf, and 100,000 cost no crash."""
    levels = opening.count("[") + opening.count("{")
    fits = MAX_DEPTH // levels
    assert not isinstance(_innermost(decode_json(opening * fits + "1" + closing * fits)), Deep)
    for times in (fits + 1, 2000, 100_000):
        one, two = (_innermost(decode_json(opening * times + text + closing * times)) for text in ("1", " 2 "))
        assert isinstance(one, Deep)
        assert one != two
        assert one == _innermost(decode_json(opening * times + "\n1\t" + closing * times))
        with pytest.raises(UndecodableError):
            decode_json(opening * times + "1" + closing * (times - 1))
    with pytest.raises(UndecodableError):
        decode_json(opening * 100_000)


def _innermost(value: Any) -> Any:
    while isinstance(value, tuple | dict) and value:
        value = value["a"] if isinstance(value, dict) else value[0]
    return value


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


def _nested(text: str) -> str:
    return "[" * MAX_DEPTH + text + "]" * MAX_DEPTH


@given(_json, _json)
def test_what_lies_deep_is_the_same_where_it_would_be_above(one: Any, two: Any) -> None:
    """Two deep leaves are equal exactly where the values are the same, whatever the order of their keys."""
    texts = [f"[{_write(value)}]" for value in (one, two)]
    above = [decode_json(text) for text in texts]
    deep = [_innermost(decode_json(_nested(text))) for text in texts]
    assert (deep[0] == deep[1]) == Equality().same(*above)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ('{"a":1,"b":2}', '{"b":2, "a":1}', True),
        ('{"a":1,"a":2}', '{"a":2,"a":1}', False),
        ("[1e2]", "[100.0]", True),
        ("[1]", "[1.0]", False),
        ("[0.0]", "[-0.0]", False),
        ("[-0]", "[-0.0]", True),
        ("[0.10]", "[0.1]", True),
        ('["1"]', "[1]", False),
        ('["\\u0061"]', '["a"]', True),
        ("[NaN]", "[NaN]", True),
        ("[true]", "[1]", False),
        ("[[]]", "[{}]", False),
    ],
)
def test_deep_values(one: str, two: str, *, same: bool) -> None:
    """By what they mean, as above."""
    deep = [_innermost(decode_json(_nested(text))) for text in (one, two)]
    assert (deep[0] == deep[1]) is same


def test_a_deep_value_is_no_text() -> None:
    """A text with the same letters stands for something else."""
    deep = _innermost(decode_json(_nested("[1]")))
    assert not same_scalar(deep, str(deep))


@given(st.text(st.sampled_from('{}[]",:01.e-\\ tfn'), max_size=30))
def test_any_text_deep_down(text: str) -> None:
    """It is refused where json refuses it."""
    try:
        value = decode_json(_nested("[" + text + "]"))
    except UndecodableError:
        value = None
    try:
        json.loads(f"[{text}]")
    except ValueError:
        assert value is None or text.count("]") > text.count("[")
    else:
        assert value is not None


@pytest.mark.parametrize("unit", ["{},", "[],", "{}", "1,"])
def test_too_many_values(unit: str, cpu_time: Any) -> None:
    """They are refused before they are made: a few bytes of gzip may hold millions of them."""
    text = f"[{unit * 1_500_000}1]"
    for decode in (decode_json, decode_documents):
        with cpu_time(at_most_s=1.0), pytest.raises(UndecodableError, match="at most 1000000 values"):
            decode(text)


def test_the_scalars_of_what_lies_deep() -> None:
    """By the last key before each, and all else between them."""
    deep = Deep('{"a":[1E1,"x\\""],"b":{"c":null}}')
    scalars = deep_scalars(deep)
    assert scalars.found == (("a", "1E1"), ("a", '"x\\""'), ("c", "null"))
    assert scalars.between == '{"a":[_,_],"b":{"c":_}}'
