"""Two texts that differ, by their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.texts import Rows, Text, Url, word_set
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.compare.diff.walk import diff
from crossfade.shadow.exchange.difference import Deep

BODY = Place.at("body")


def found(legacy: str, candidate: str) -> list[tuple[str, str]]:
    return [(item.path.removeprefix("body"), item.kind.value) for item in diff(legacy, candidate, BODY)]


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        ('{"t": 1, "n": 2}', '{"t": 9, "n": 8}', [("/{json}/t", "value"), ("/{json}/n", "value")]),
        ('{"n": 2, "m": 3}', '{"n":8,"m":3}', [("/{json}/n", "value"), ("/{json}", "format")]),
        ('{"n": "[1]"}', '{"n": "[2]"}', [("/{json}/n/{json}/0", "value")]),
        ('{"n": 2}', '{"n":2}', [("", "value")]),
        ("a b", "a c", [("", "value")]),
        (Text("run 3f: 150"), Text("run 77: 200"), [("/word[2]", "value"), ("/word[3]", "value")]),
        (Text("a  b 1"), Text("a b 2"), [("/word[3]", "value"), ("", "format")]),
        (Text("a\nb 1\n"), Text("a\nb 2\n"), [("/line[2]/word[2]", "value")]),
        (Text("a\r\nb\r\n"), Text("a\nb\n"), [("", "format")]),
        (Text("a b"), Text("c d"), [("", "value")]),
        (Text("a b"), "a c", [("", "value")]),
        (Url("/a?s=1&n=2"), Url("/a?s=3&n=4"), [("/query/s", "value"), ("/query/n", "value")]),
        (Url("/a?s=1&n=2"), Url("/b?n=2"), [("/path", "value"), ("/query/s", "missing")]),
        (Url("/a?s=1&n=2"), Url("/a?n=2&s=1"), [("/query", "order")]),
        (Url("/a#s=1"), Url("/a#s=2"), [("/fragment/s", "value")]),
        (Url("/a?%61=1"), Url("/a?a=1"), [("", "value")]),
        (Url("/a"), Url("/a?b"), [("", "value")]),
        (word_set("a b"), word_set("b c"), [("/a", "missing"), ("/c", "added")]),
    ],
)
def test_parts(legacy: str, candidate: str, expected: list[tuple[str, str]]) -> None:
    """JSON by members, a text by lines and words, an address by fields, a set by words; other texts are one value."""
    assert found(legacy, candidate) == expected


def test_what_lies_too_deep_for_a_path() -> None:
    """Scalars by the last key before them, as long as all else is the same."""

    def deep(inner: str) -> Deep:
        return Deep(f'{{"a":[{inner}]}}')

    assert found(deep('{"t":"x","n":1}'), deep('{"t":"y","n":2}')) == [
        ("/{deep}/t", "value"),
        ("/{deep}/n", "value"),
    ]
    assert found(deep('{"n":1}'), deep('{"n":[1]}')) == [("", "value")]
    assert found(deep("1"), deep("1.0")) != []


def test_a_generated_word() -> None:
    """It has no name of its own in a template."""
    (one, two) = diff(word_set("css-1x"), word_set("css-2y"), BODY)
    assert (one.path, one.template, two.template) == ("body/css-1x", "body/*", "body/*")


def test_what_is_around_a_word() -> None:
    """It is kept, so that a secret can be known by it; of a table that can't be read, the names on top."""
    (difference,) = diff(Text("the password is hunter2!"), Text("the password is xyz!"), BODY)
    assert difference.context == (("the password is ", ""), ("the password is ", ""))
    (difference,) = diff(Rows('id,password\n1,"x'), Rows('id,password\n1,"y'), BODY)
    assert "password" in difference.owner.split()


_TEXTS = st.text('ab ,:=\r\n{}[]"0?&#/%', max_size=12)


@given(st.sampled_from([str, Text, Url]), _TEXTS, _TEXTS)
def test_other_texts_are_never_the_same(kind: type[str], one: str, two: str) -> None:
    """Whatever they are read as."""
    assert bool(diff(kind(one), kind(two), BODY)) == (one != two)
