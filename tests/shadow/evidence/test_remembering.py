"""A secret is known again wherever it stands."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence import remembering
from crossfade.shadow.evidence.json_text import redact_json
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange.difference import Difference, Kind

KEY = b"k" * 32


@pytest.fixture
def redactor() -> RememberingRedactor:
    """One that knows nothing yet."""
    return RememberingRedactor(KEY, names=("customer_id",))


def test_what_a_name_hid_is_hidden_where_nothing_names_it(redactor: RememberingRedactor) -> None:
    """As a segment, a value of a query, a text, a number, a word in a message to a person."""
    redact_json('{"customer_id": "C-10023", "phone": 4915112345}', redactor)
    hidden, phone = redactor.pseudonym("C-10023"), redactor.number("4915112345")
    assert redactor.target("/customers/C-10023/orders?of=C%2D10023") == f"/customers/{hidden}/orders?of={hidden}"
    assert json.loads(redact_json('["C-10023", 4915112345]', redactor)) == [hidden, int(phone)]
    assert redactor.members("no customer C-10023.") == f"no customer {hidden}."
    assert redactor.members("C-100234 and xC-10023") == "C-100234 and xC-10023"


@pytest.mark.parametrize("secret", ["Tr0ub4dor&3xyz", "c2VjcmV0/3+k=", "correct horse 7", "{a}:b#c?d=1", 'ab"cd,ef1'])
def test_a_secret_of_several_parts_is_hidden_within_a_text(redactor: RememberingRedactor, secret: str) -> None:
    """Each service repeats what it refuses, in a message of its own words."""
    hidden = redactor.pseudonym(secret)
    for text in ("no user has {}", "at /err/{} auth=None", "password: {}", "token={}&x=1", "({})", "{}, {}."):
        assert redactor.text(text.format(secret, secret)) == text.format(hidden, hidden)
    assert redactor.text(f"x{secret} {secret}x") == f"x{secret} {secret}x"


def test_a_secret_is_found_behind_escapes_and_in_longer_words(redactor: RememberingRedactor) -> None:
    """In a URL within a text, in the name of a file, behind a prefix."""
    hidden = redactor.pseudonym("c2VjcmV0/3+k=")
    coded = quote(hidden, safe="")
    assert redactor.text("at https://x.test/in?t=c2VjcmV0%2F3%2Bk%3D&u=1") == f"at https://x.test/in?t={coded}&u=1"
    assert redactor.text("/files/c2VjcmV0%2f3%2bk%3d") == f"/files/{coded}"
    assert redactor.text('filename="key_c2VjcmV0/3+k=_1.png"') == f'filename="key_{hidden}_1.png"'
    assert redactor.text("100%25 of it") == "100%25 of it"


def test_the_beginning_of_a_secret_where_a_text_was_cut_is_hidden(redactor: RememberingRedactor) -> None:
    """Values are shown up to a length."""
    hidden = redactor.pseudonym("9f3c7a51e2-9f3c7a51e2")
    assert redactor.text("got 9f3c7a51e2-9f3c") == f"got {hidden[:15]}"
    assert redactor.text("got 9f3c7a51e2-9f3c, or not") == "got 9f3c7a51e2-9f3c, or not"
    assert redactor.text("got 9f3c7a51") == "got 9f3c7a51", "another id may begin so"


def test_of_a_credential_what_is_behind_its_scheme_is_known(redactor: RememberingRedactor) -> None:
    """It is repeated without that."""
    redactor.members("Bearer abcdefgh-1234")
    assert "abcdefgh-1234" not in redactor.text("no session abcdefgh-1234")


def test_a_word_that_is_known_is_not_told(redactor: RememberingRedactor) -> None:
    """As a transition, which is kept as it is."""
    word = "abcdefghijklmnopqrstuvwx"
    difference = Difference(path="body/via", template="body/via", kind=Kind.VALUE, legacy=word, candidate="no")
    assert redactor.shows(difference, word)
    redactor.notice(word)
    assert not redactor.shows(difference, word)


def test_of_many_secrets_that_begin_alike_the_longest_is_hidden(redactor: RememberingRedactor) -> None:
    """What is behind the shorter one is not left over."""
    redactor.pseudonym("secret/1")
    hidden = redactor.pseudonym("secret/1/more+2")
    assert redactor.text("got secret/1/more+2") == f"got {hidden}"


def test_a_few_words_are_not_looked_for_within_a_text(redactor: RememberingRedactor) -> None:
    """A status under a secret name is in many sentences."""
    redactor.pseudonym("not set")
    assert redactor.text("the color is not set") == "the color is not set"


def test_the_pseudonyms_are_those_of_any_redactor(redactor: RememberingRedactor) -> None:
    """So a corpus joins with what else was stored under the key."""
    plain = Redactor(KEY, names=("customer_id",))
    for text in ("C-10023", "Bearer abcdefgh", "12345678", "ann@example.com"):
        assert redactor.pseudonym(text) == plain.pseudonym(text)
    assert redactor.path_segment("C%2D1") == plain.pseudonym("C-1")


@pytest.mark.parametrize("text", ["strict", "12345", "on", "Bearer", "a-b", "1x" * 4000])
def test_a_word_or_a_value_of_another_size_is_not_looked_for(redactor: RememberingRedactor, text: str) -> None:
    """It would be found by chance, and a request with another mode is another one."""
    redactor.pseudonym(text)
    assert redactor.text(text) == text
    assert redactor.learnt == 0


def test_a_pseudonym_is_not_hidden_again(redactor: RememberingRedactor) -> None:
    """A pattern finds a mail address that is known already: it has one pseudonym."""
    mail = "ann.b@example.com"
    hidden = redactor.pseudonym(mail)
    assert redactor.members(f"mail {mail} sent") == f"mail {hidden} sent"
    assert redactor.text(mail) == hidden


def test_what_is_known_is_bounded(redactor: RememberingRedactor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not seen for longest is forgotten."""
    monkeypatch.setattr(remembering, "MAX_KNOWN", 2)
    for text in ("secret-1", "secret-2", "secret-1", "secret-3"):
        redactor.pseudonym(text)
    assert redactor.text("secret-2") == "secret-2"
    assert redactor.text("secret-1") != "secret-1"
    assert len(redactor._made) == 2
    assert redactor._starts == {"secret": {8: 2}}


def test_what_is_known_is_bounded_in_size(redactor: RememberingRedactor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens may be long."""
    monkeypatch.setattr(remembering, "MAX_KNOWN_CHARS", 20)
    for text in ("secret-1-long", "secret-2-long"):
        redactor.notice(text)
    assert (redactor.text("secret-1-long"), redactor._known_chars) == ("secret-1-long", 13)


@given(st.text(max_size=30), st.text(max_size=30))
def test_without_a_secret_it_is_as_any_redactor(one: str, two: str) -> None:
    """Texts stay what they would be."""
    assert RememberingRedactor(KEY).text(f"{one} {two}") == Redactor(KEY).text(f"{one} {two}")
