"""What must not be stored as it is."""

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
