"""What must not be stored as it is."""

from dataclasses import replace

import pytest

from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.secrecy import Secrecy
from crossfade.shadow.exchange.difference import Difference, Kind


def at(path: str, owner: str = "") -> Difference:
    return Difference(path=path, template=path, kind=Kind.VALUE, legacy="open", candidate="closed", owner=owner)


@pytest.mark.parametrize(
    ("path", "owner", "shown"),
    [
        ("body/state", "", True),
        ("body/items/0/state", "", True),
        ("body/password", "", False),
        ("body/user/session/kind", "", False),
        ("message.api_key", "", False),
        ("header.authorization", "", False),
        ("header.vary[authorization]", "", True),
        ("body/form/input/@value", "password", False),
        ("body/team", "", False),
        ("message.birth_date", "", False),
    ],
)
def test_places(path: str, owner: str, shown: bool) -> None:
    """A word that stands under a secret name is not told: the defaults, a config's, a field with debug_redact."""
    secrecy = Secrecy(names=("team",), fields=("a.v1.User.birth_date",))
    assert secrecy.shows(at(path, owner), "open") is shown
    assert secrecy.is_secret_place(path, owner) is not shown


@pytest.mark.parametrize(
    ("word", "shown"),
    [("open", True), ("EMP-1234", False), ("AKIAABCDEFGHIJKLMNOP", False), ("4111-1111-1111-1111", False)],
)
def test_words(word: str, shown: bool) -> None:
    """Nor is one that looks like a secret, wherever it stands."""
    assert Secrecy(patterns=(r"EMP-\d+",)).shows(at("body/state"), word) is shown


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("state: ", " now", True),
        ("Password: ", " now", False),
        ("db.password=", "", False),
        ("api%2Dkey=", "", False),
        ("Bearer abcdefgh.", "", False),
        ("for user ", " now", False),
        ("for user al, ", " now", True),
        ("state ", " password", True),
    ],
)
def test_words_of_a_line(before: str, after: str, shown: bool) -> None:
    """A name before it counts, and a pattern that reaches into it: examples hide it then too."""
    for legacy, candidate in (("Jane", "Hans"), ("Hans", "Jane")):
        context = (before, after) if legacy == "Jane" else ("", ""), (before, after) if legacy == "Hans" else ("", "")
        found = replace(at("body/word[2]"), legacy=legacy, candidate=candidate, context=context)
        assert Secrecy(patterns=(r"user [A-Z][a-z]+",)).shows(found, "Jane") is shown
        assert Secrecy(patterns=(r"user [A-Z][a-z]+",)).shows(found, "Hans")


def test_a_number_that_is_of_no_card() -> None:
    """Its check digit tells."""
    assert Secrecy().shows(at("body/state"), "4111-1111-1111-1112")


def test_a_pattern_that_finds_nothing_hides_nothing() -> None:
    """It matches between any two characters."""
    assert Secrecy(patterns=("x*",)).shows(at("body/state"), "open")


def test_a_bad_pattern() -> None:
    """One line."""
    with pytest.raises(EvidenceError, match=r"redact\.patterns: expected regular expressions"):
        Secrecy(patterns=("(",))
