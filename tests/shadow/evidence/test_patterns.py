"""What is taken for a secret."""

import pytest

from crossfade.shadow.evidence.patterns import LINE, NAMED, NAMES, PATTERNS, holds_secret, is_card


@pytest.mark.parametrize(
    "name",
    ["ssn", "SSN", "userSsn", "user_ssn", "userSSNText", "s_s_n", "ssnHash", "myssn", "ibanOf", "user-iban", "cvv2"],
)
def test_a_short_name_is_found_in_a_word_or_where_one_begins(name: str) -> None:
    """However the words are joined."""
    assert holds_secret(name, NAMES)


@pytest.mark.parametrize("name", ["className", "class_name", "class-name", "businessNumber", "accessNode", "ali_bank"])
def test_a_short_name_across_two_words_is_chance(name: str) -> None:
    """A class name is no social security number."""
    assert not holds_secret(name, NAMES)


def test_a_long_name_is_found_anywhere() -> None:
    """Also across words that are cut in another place."""
    assert holds_secret("apiKEY_x", NAMES)
    assert holds_secret("xpassWordx", NAMES)


@pytest.mark.parametrize(("text", "is_one"), [("4111 1111 1111 1111", True), ("4111-1111-1111-1112", False)])
def test_a_card_has_its_check_digit(text: str, *, is_one: bool) -> None:
    """ISO/IEC 7812-1."""
    assert is_card(text) is is_one


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "Bearer abcdefgh",
        "eyJhbGciOiJI.eyJzdWIi",
        "AKIAIOSFODNN7EXAMPLE",
        "4111111111111",
        "a@",
        "-----BEGIN PRIVATE KEY-----",
        "a=b",
        "<a>b",
        " a='b",
        "?a=b",
        'name="a"\n\nb',
        "name=a\r\n\r\nb",
        " id='a' value='b",
        "a: b",
        "a:b",
        "<?a b?>",
        "<!ENTITY a 'b",
    ],
)
def test_what_has_no_part_of_a_pattern_does_not_match_it(text: str) -> None:
    """The quick look leaves out nothing that the pattern would find."""
    matching = [pattern for pattern in (*PATTERNS, *NAMED, LINE) if pattern.regex.search(text)]
    assert matching
    assert all(pattern.may_match(text) for pattern in matching)
