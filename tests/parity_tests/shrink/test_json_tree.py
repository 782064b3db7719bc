"""JSON as a tree."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.shrink.json_tree import read_json, write_json
from crossfade.parity_tests.shrink.trees import smallest
from crossfade.shadow.compare.decode.json_text import decode_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES, ascii_only=st.booleans())
def test_round_trip(value: Any, ascii_only: bool) -> None:
    """What is read and written means the same."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    root = read_json(body)
    if root is not None:  # a lone surrogate that is not escaped is no UTF-8
        assert repr(decode_json(write_json(root, body).decode())) == repr(decode_json(body.decode()))


@pytest.mark.parametrize(
    "text",
    ['{"a":1.50,"a":-0}', "[1e400,NaN,100000000000000000000000001,1e16]", '"é"', '"\\ud83d\\ude00"', "[]", "{}"],
)
def test_as_it_is_written(text: str) -> None:
    """Repeated keys, the text of numbers, letters beyond ASCII and escapes stay."""
    root = read_json(text.encode())
    assert root is not None
    assert write_json(root, text.encode()).decode() == text


@pytest.mark.parametrize("text", ["", "{", "[" * 5000 + "]" * 5000, "[" * 150 + "]" * 150])
def test_no_tree(text: str) -> None:
    """What is no JSON, or nested too deep, has none."""
    assert read_json(text.encode()) is None


@given(value=VALUES)
def test_smallest_is_json(drive: Any, value: Any) -> None:
    """Whatever is tried is JSON."""
    body = json.dumps(value).encode()
    root = read_json(body)
    assert root is not None
    tried = drive(smallest(root, lambda _: False), lambda tree: len(write_json(tree, body)) > 10).tried
    for tree in tried:
        decode_json(write_json(tree, body).decode())
