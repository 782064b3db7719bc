"""How ids are written, and a change of that which the contract allows. Pure.

=================  =====================================================
form               ids
=================  =====================================================
number             a whole number of JSON or of a message
digits             a text of digits
uuid, hex32 ...    as in ``compare.shape``
ulid, jwt          as their specifications say
prefix ord_        a text with this prefix, whose rest has a digit
token              a text at a place where nobody reads it: a page token, a session
text               anything else
=================  =====================================================
"""

import re

from crossfade.shadow.bindings.shapes import id_form
from crossfade.shadow.compare.decode.jwt import is_jwt
from crossfade.shadow.exchange.difference import Value

NUMBER, DIGITS, TOKEN, TEXT = "number", "digits", "token", "text"
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_PREFIX = re.compile(r"((?:[a-z]{1,12}|[A-Z]{1,12})[-_:])(?=[A-Za-z]*[0-9])[0-9A-Za-z]+")


class Bare(str):
    """A text that is to stand in JSON as a number."""

    __slots__ = ()


class Quoted(str):
    """A text that is to stand in JSON as a text, even if it looks like a number."""

    __slots__ = ()


def form_of(value: Value) -> str:
    """How an id is written."""
    if isinstance(value, int):
        return NUMBER
    text = value if isinstance(value, str) else ""
    if text.isascii() and text.isdecimal():
        return DIGITS
    if form := id_form(text):
        return form
    if _ULID.fullmatch(text):
        return "ulid"
    if is_jwt(text):
        return "jwt"
    prefixed = _PREFIX.fullmatch(text)
    return TEXT if prefixed is None else f"prefix {prefixed[1]}"


def fits(text: str, form: str) -> bool:
    """Whether an id, given as a text, may be one of this form."""
    found = form_of(text)
    return found == form or (form == NUMBER and found == DIGITS)


def spelt(text: str, form: str) -> str:
    """An id as JSON is to hold it."""
    return Bare(text) if form == NUMBER and fits(text, NUMBER) else Quoted(text)
