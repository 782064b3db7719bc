"""The ways to read a path: all that are plausible, and no more than can be tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.routes.spelling import escapable, exact_path, fold, readings


def _forms(target: str) -> set[str]:
    found = readings(target)
    assert found is not None
    return {form for reading in found for form in reading.forms}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a?b#c", "/a"),
        ("/a#b?c", "/a#b"),
        ("http://svc.test/a?b", "/a"),
        ("http://svc.test", "/"),
        ("/http://svc.test/a", "/http://svc.test/a"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_the_path_as_it_stands(target: str, path: str) -> None:
    """Nothing is decoded or resolved."""
    assert exact_path(target) == path


@pytest.mark.parametrize(
    ("target", "form"),
    [
        ("/a", "/a"),
        ("/A/b", "/a/b"),
        ("/a/", "/a"),
        ("/a/", "/a/"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a%2Fb", "/a/b"),
        ("/a%252Fb", "/a%2Fb"),
        ("/a%252Fb", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/../b", "/a/../b"),
        ("/a//../b", "/a/b"),
        ("/a//../b", "/b"),
        ("//a/b", "/a/b"),
        ("//a/b", "/b"),
        ("/a;v=1/b;w", "/a/b"),
        ("/a;v=1", "/a;v=1"),
        ("/a/..;/b", "/b"),
        ("\\\\a\\b", "/a/b"),
        ("/a%5Cb", "/a/b"),
        ("/a%00.html", "/a"),
        ("/a%00b", "/ab"),
        ("/a%3Fb", "/a"),
        ("/a%23b", "/a"),
        ("/a. ", "/a"),
        ("/a/%20/b", "/a/b"),
        ("/%c0%ae%c0%ae/a", "/a"),
        ("/%c0%ae%c0%ae%c0%afa", "/a"),
        ("/%e0%80%af/a", "/a"),
        ("/%f0%80%80%afa", "/a"),
        ("/%u0061", "/a"),
        ("/caf%C3%A9", "/caf\xe9"),
        ("/caf\xc3\xa9", "/caf\xe9"),
        ("/CAF%C3%89", "/caf\xe9"),
        ("/%EF%BD%81", "/a"),
        ("/a\udcff", "/a"),
        ("http://svc.test/a", "/a"),
        ("HTTP:/a", "/a"),
        ("a", "/a"),
        ("", "/"),
    ],
)
def test_a_way_to_read(target: str, form: str) -> None:
    """Each is one that some server, framework or proxy is known to take."""
    assert form in _forms(target)


def test_a_plain_path_is_read_in_one_way() -> None:
    """Only letter case is not told apart; so most requests cost next to nothing."""
    found = readings("/Users/42/orders.json?x=%2F")
    assert found is not None
    assert [reading.forms for reading in found] == [{"/Users/42/orders.json", "/users/42/orders.json"}]


@pytest.mark.parametrize(
    "target",
    [
        "/%25" + "25" * 9 + "41",
        "/;" * 3000,
        "/%2e" * 2000,
        "/" + "a" * 8192,
        "http://svc.test/" + "a" * 8192,
        "//%25%32%35/..;a/\\%00" * 190,
    ],
)
def test_too_much_to_try(target: str) -> None:
    """It is said, not guessed: who asks has to take the safe side."""
    assert readings(target) is None


def test_a_query_makes_no_path_long() -> None:
    """Only the path is read."""
    assert readings("/a?" + "b" * 60_000) == readings("/a")


@given(st.text(st.sampled_from("/.;%25fFcC0eE\\ab?#:\0 \xe9"), max_size=40))
def test_any_target_is_read_or_not(target: str) -> None:
    """Nothing raises, every reading has its path as it is, and all are bounded."""
    found = readings(target)
    if found is not None:
        assert 1 <= len(found) <= 64
        assert all(reading.forms and len(reading.forms) <= 10 for reading in found)


@given(st.text())
def test_folding_twice_changes_nothing_in_ascii(text: str) -> None:
    """Letter case is gone after the first time."""
    if text.isascii():
        assert fold(fold(text)) == fold(text) == text.lower()


def test_a_text_that_may_be_escaped() -> None:
    """Each character by itself, in upper or lower case."""
    assert escapable("a_") == "(?:a|%61|%41)(?:_|%5f|%5f)"
