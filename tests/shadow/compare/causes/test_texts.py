"""Causes of differing text."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("C2", "a😀", "a" + chr(0xD83D)),
        ("C2", "a😀", "a\ufffd"),
        ("C2", "字😀", "字?"),
        ("C7", "title", "t\u0131tle"),
        ("C7", "TITLE", "T\u0130TLE"),
        ("C8", "Hello world", "HELLO wORLD"),
        ("C9", "x", "\u00a0x"),
        ("C9", "x", "x\u2007"),
        ("C9", "\x01x", "x"),
        ("C16", "True", "true"),
        ("C16", "None", "null"),
        ("C16", "green=False last_failure=None", "green=false last_failure=null"),
        ("C17", "[1, 'a', None, True]", "[1, a, null, true]"),
        ("C17", "{'a': 1}", "{a=1}"),
        ("C17", "(1,)", "[1]"),
        ("C18", "User(1)", "com.example.User@6d06d69c"),
        ("C18", "[1, 2]", "[I@1b6d3586"),
        ("C18", "1", "Optional[1]"),
        ("C18", "None", "Optional.empty"),
        ("C19", "Colour.RED", "RED"),
        ("C20", "b'a\\xff'", "[B@1b6d3586"),
        ("C20", "b'abc'", "abc"),
        ("C21", "'x'", "x"),
        ("C24", "a\ufffd\ufffd\ufffdb", "a\ufffdb"),
        ("C25", "naïve café", "na?ve caf?"),
        ("C25", "5 €", "5 ?"),
        ("C26", "perf/é-108", "perf/Ã©-108"),
        ("C26", "5 €", "5 â\u201a¬"),
        ("C26", "é", "\ufffd\ufffd"),
        ("C28", "é", "e\u0301"),
        ("C29", "it&#x27;s", "it&#39;s"),
        ("C30", "a,b\r\nc\r\n", "a,b\nc\n"),
        ("C31", "😀...", "😀.."),
        ("C31", "...😀", "..😀"),
        ("J6", "invalid literal for int() with base 10: 'x'", 'For input string: "x"'),
        ("G1", '{"a": 1, "b": [1, 2]}', '{"a":1,"b":[1,2]}'),
        ("G2", '{"a":"\\u00e9"}', '{"a":"é"}'),
        ("G5", '{"b":1,"a":2}', '{"a":2,"b":1}'),
    ],
)
def test_explains_a_pair_of_the_catalogue(
    cause_of_pair: Callable[..., str], cause: str, legacy: Value, candidate: Value
) -> None:
    """The same text as Java writes it names its entry."""
    assert cause_of_pair(legacy, candidate) == cause


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("main", "release"),
        ("main", "Main"),
        ("Passed", "PASSED"),
        ("Release notes", "Release Notes"),  # a label, perhaps
        ("Mcdonald", "McDonald"),  # a name, put right
        ("x", " x"),  # not stripped at all
        ("x", "x\n"),
        ("True north", "true south"),
        ("Truely", "truely"),
        ("Colour.RED", "BLUE"),
        ("user@face", "user@cafe"),  # an address
        ("a😀", "a?"),  # cut, or a charset without emoji
        ("what?", "what"),
        ("é", "e"),
        ("it&#x27;s", "it's"),
        ("abc", "ab"),
        ("abc", ""),
        ("", "abc"),
        ("build b-1 is passed", "build b-2 is passed"),
        ("...", ".."),
        ("[1, 2]", "[1, 3]"),
        ('{"a": 1.0}', '{"a": 1.00}'),
        ("[" * 500, "[" * 501),
        ("{", "[}"),
        ('{"a":1}', '{"a": 1}'),  # Python's blanks and escapes in the candidate
        ('{\n  "a": 1\n}', '{"a":1}'),
        ('{"a":"é"}', '{"a":"\\u00e9"}'),
    ],
)
def test_says_nothing_of_an_unclear_pair(cause_of_pair: Callable[..., str], legacy: Value, candidate: Value) -> None:
    """Another text stays unexplained."""
    assert cause_of_pair(legacy, candidate) == ""


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_other_normal_forms_are_explained(cause_of_pair: Callable[..., str], text: str) -> None:
    """The decomposed form of a composed text is C28, wherever there is one."""
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    if composed != decomposed:
        assert cause_of_pair(composed, decomposed) == "C28"


def test_long_texts_are_not_explained(cause_of_pair: Callable[..., str]) -> None:
    """The cost of a comparison does not grow with what a server sends."""
    assert cause_of_pair("True" + " x" * 1000, "true" + " x" * 1000) == "C16"
    assert cause_of_pair("True" + " x" * 10_000, "true" + " x" * 10_000) == ""
