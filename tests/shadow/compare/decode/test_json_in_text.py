"""JSON in a text is read where both sides have it."""

import pytest

from crossfade.shadow.compare.decode.json_in_text import MAX_CHARS, MAX_DEPTH, read_json_pair, written_alike


def test_pairs() -> None:
    """Two objects, or two lists."""
    assert read_json_pair(' {"a": 1}', '{"a":2}') == ({"a": 1}, {"a": 2})
    assert read_json_pair("[1]", "[]") == ((1,), ())


@pytest.mark.parametrize(
    "text",
    ["1", '"a"', "null", "", "{a}", "[1] x", "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f'["{"a" * MAX_CHARS}"]'],
    ids=lambda text: text[:9],
)
def test_what_stays_text(text: str) -> None:
    """Scalars, other text, and what is too deep or too long."""
    assert read_json_pair(text, text) is None
    assert read_json_pair("[]", text) is None
    assert read_json_pair("[]", "{}") is None


@pytest.mark.parametrize(
    ("legacy", "candidate", "alike"),
    [
        ('{"a": 1, "b": 2}', '{"a": 3, "b": 4}', True),
        ('{"a": 1, "b": 2}', '{"a":3,"b":4}', False),
        ('{"a":1}', '{"b":": ,  "}', True),
        ('{"a":1,"b":2}', '{"b":1,"a":3}', False),
        ('{"a":1,"b":2}', '{"b":1,"c":3}', True),
        ('[{"a":1,"b":2}]', '[{"b":1,"a":3}]', False),
        ('{"a":"é"}', '{"a":"\\u00e8"}', False),
        ('{"a":"é"}', '{"a":"e"}', True),
        ('{\n  "a": {\n    "b": 1\n  }\n}', '{\n  "a": {}\n}', True),
    ],
)
def test_how_it_is_written(legacy: str, candidate: str, alike: bool) -> None:
    """Blanks, escapes and the order of keys, as far as both sides show them."""
    values = read_json_pair(legacy, candidate)
    assert values is not None
    assert written_alike(legacy, candidate, values) is alike
