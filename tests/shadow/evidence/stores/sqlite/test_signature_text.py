"""Signatures as keys of the store."""

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.stores.sqlite.signature_text import read_signature, signature_text
from crossfade.shadow.exchange.difference import Fingerprint

ANY = st.text(st.characters() | st.sampled_from('\ud800\0"\\[],'), max_size=10)
FINGERPRINTS = st.builds(Fingerprint, template=ANY, kind=ANY, cause=ANY, transition=ANY)
SIGNATURES = st.lists(FINGERPRINTS, max_size=4).map(tuple)


@given(SIGNATURES)
def test_a_signature_comes_back(signature: tuple[Fingerprint, ...]) -> None:
    """Whatever a template holds; as text that any store can hold."""
    text = signature_text(signature)
    assert read_signature(text) == signature
    assert text.isascii()


@given(SIGNATURES, SIGNATURES)
def test_two_signatures_have_two_texts(one: tuple[Fingerprint, ...], two: tuple[Fingerprint, ...]) -> None:
    """Else the counts of two findings would be one."""
    assert (signature_text(one) == signature_text(two)) == (one == two)


def test_the_text_is_fixed() -> None:
    """It is stored, so another version must not write it in another way."""
    assert signature_text(()) == "[]"
    found = (Fingerprint(template="body/é", kind="value"), Fingerprint(template="status", kind="value", cause="c"))
    assert signature_text(found) == '[["body/\\u00e9", "value", ""], ["status", "value", "c"]]'
    told = (Fingerprint(template="status", kind="value", transition="404 -> 401"),)
    assert signature_text(told) == '[["status", "value", "", "404 -> 401"]]'
