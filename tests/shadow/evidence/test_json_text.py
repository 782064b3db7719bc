"""What is secret in a JSON text is replaced, and every other byte stays."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.evidence.json_text import redact_json
from crossfade.shadow.evidence.redact import Redactor

REDACTOR = Redactor(b"k" * 32, patterns=(r"EMP-\d{6}",))
_names = st.sampled_from(["a", "password", "page_token", "b c", "e\u0301", 'q"', "b-12"])
_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.sampled_from(["a@b.co", "x=1"])
)
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=4)),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text",
    [
        '{"price": 1.10, "big": 123456789012345678901234567890, "e": 1E+2, "z": -0}',
        '{ "b" : 1,\n\t"a" : [ 1 , 2 ] , "b" : 2 }',
        '{"s": "\\u00e4\\/\\ud800"}',
        '["NaN", NaN, -Infinity, true, null]',
        '{"page_token": "abc", "next_page_token": "def"}',
        '"text"',
        "17",
        "[]",
    ],
)
def test_what_is_not_secret_stays_as_it_was_written(text: str) -> None:
    """Number texts, order, repeated keys, escapes and spaces."""
    assert redact_json(text, REDACTOR) == text


@given(_values)
def test_only_leaves_change(value: Any) -> None:
    """The same keys, lists and types, whatever was hidden; twice the same."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    hidden = redact_json(text, REDACTOR)
    assert _shape(decode_json(hidden)) == _shape(decode_json(text))
    assert redact_json(text, REDACTOR) == hidden


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [_shape(item) for item in value.values()]
    return [_shape(item) for item in value] if isinstance(value, tuple) else type(value)


def test_values_under_secret_names_are_replaced_as_a_whole() -> None:
    """In lists, in objects below, as numbers; true, false and null stay."""
    told = json.loads(
        redact_json(
            '{"user": {"password": "Hunter-22", "pins": {"phone": 4711, "ok": true}},'
            ' "tokens": ["ab1", null, {"x": 1.5, "y": "cd2"}]}',
            REDACTOR,
        )
    )
    assert re.fullmatch("[A-Z][a-z]{5}-[0-9]{2}", told["user"]["password"])
    assert told["user"]["password"] != "Hunter-22"
    assert 1000 <= told["user"]["pins"]["phone"] <= 9999
    assert told["user"]["pins"]["phone"] != 4711
    assert told["user"]["pins"]["ok"] is True
    assert told["tokens"][0] != "ab1"
    assert told["tokens"][1] is None
    assert (told["tokens"][2]["x"], told["tokens"][2]["y"]) != (1.5, "cd2")


def test_a_number_stays_a_number() -> None:
    """No leading zero comes up, and sign, point and exponent stay."""
    for text in ("-1", "10", "0", "0.5", "1000000", "12.5e3", "-9E-7", "123456789012345678901234567890"):
        hidden = json.loads(redact_json(f'{{"phone": {text}}}', REDACTOR))["phone"]
        assert type(hidden) is type(json.loads(text))
        assert len(str(hidden)) == len(str(json.loads(text)))


def test_patterns_are_found_in_texts_numbers_and_keys() -> None:
    """A card number as a number, a mail address as a key."""
    text = redact_json('{"ann@example.org": "EMP-123456 is ann@example.org", "n": 4111111111111111}', REDACTOR)
    assert not re.search("ann@example|EMP-123456|4111111111111111", text)
    ((key, value), (_, number)) = json.loads(text).items()
    assert re.fullmatch(r"EMP-\d{6}|[A-Z]{3}-\d{6} is " + re.escape(key), value)
    assert len(str(number)) == 16


def test_a_key_that_is_a_value_under_a_secret_name_is_hidden() -> None:
    """A map of sessions by their ids; the names of members stay."""
    told = json.loads(redact_json('{"sessions": {"a1b2c3d4e5f60718": 1, "since": 2}}', REDACTOR))["sessions"]
    assert "a1b2c3d4e5f60718" not in told
    assert "since" in told


def test_members_inside_a_text() -> None:
    """JSON, XML and forms that stand in a text are looked through by their names."""
    inside = ['{\\"password\\": \\"hunter2\\"}', "<password>hunter2</password>", "a=1&password=hunter2"]
    for text in inside:
        assert "hunter2" not in redact_json(f'{{"body": "{text}"}}', REDACTOR)


def test_the_same_value_has_the_same_pseudonym() -> None:
    """However it is escaped; and another one has another."""
    one, same, other = (
        json.loads(redact_json(f'{{"password": "{text}"}}', REDACTOR))["password"]
        for text in ("p\u00e4ss-123", "p\\u00e4ss-123", "p\u00e4ss-124")
    )
    assert one == same != other
