"""Causes that a pair of values does not prove where the field's name shows what else the values may be.

A latitude of -33 against -32 is another place sooner than a division that rounds the other way, and a version of "1.10"
against "1.1" another version sooner than a number without its zero. In such a field several causes fit, and none is
named.
"""

import re
from dataclasses import dataclass

from crossfade.shadow.compare.causes.rule import name
from crossfade.shadow.exchange.difference import Difference

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MAX_NAME = 100


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLACES = _words_of("""
    lat latitude lon lng long longitude coordinate coordinates easting northing x y z
""")
_VERSIONS = _words_of("""
    version versions ver release semver revision rev firmware edition section chapter clause
""")
_LABELS = _words_of("""
    phone telephone tel mobile fax zip zipcode postcode postal plz sku isbn ean iban account serial
    model part
""")
_SENSED = _words_of("""
    temp temperature temperatures celsius fahrenheit humidity pressure voltage rssi dbm db weight speed
    velocity acceleration angle heading bearing tilt roll pitch yaw elevation altitude depth height
""")
_COUNTED = _words_of("""
    offset offsets zone timezone tz gmt score scores rank ranking rating vote votes karma points elo
    handicap sentiment balance profit pnl net margin delta diff difference change gain loss priority prio
    nice level floor storey position goals charge exponent zoom dx dy
""")
_VOTED = _words_of("""
    rating ratings stars score scores vote votes grade
""")
_LIMITS = _words_of("""
    max maximum limit limits quota cap capacity ceiling threshold
""")
_TERMS = _words_of("""
    until expiry expires expiration valid due start starts begin begins end ends from to fiscal term deadline
    renewal
""")
_CODES = _words_of("""
    country countries nation nationality currency currencies language lang region
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """In fields with one of these words in their names one pair does not prove one of ``causes``."""

    causes: frozenset[str]
    words: frozenset[str]


DOUBTS = (
    Doubt(causes=frozenset({"B6"}), words=_PLACES | _COUNTED | _SENSED | _VERSIONS),
    Doubt(causes=frozenset({"A10", "B11"}), words=_PLACES | _VOTED | _SENSED | _VERSIONS | _LABELS),
    Doubt(causes=frozenset({"A7", "A8", "A11", "B8"}), words=_VERSIONS | _LABELS),
    Doubt(causes=frozenset({"B3"}), words=_LIMITS),  # the largest int is how "no limit" is written
    Doubt(causes=frozenset({"H13"}), words=_TERMS),  # terms end with a year, and are a year longer
    Doubt(causes=frozenset({"F7"}), words=_CODES),  # standards have a name and a number for each
)


def is_doubtful(cause: str, difference: Difference) -> bool:
    """Whether the name of the field speaks for something else than this cause."""
    words = _words(difference.template)
    return any(cause in doubt.causes and doubt.words & words for doubt in DOUBTS)


def _words(template: str) -> frozenset[str]:
    """Of the last name in a path: that of the list, for an element of a list."""
    last = name(template.removesuffix("/*").removesuffix("[*]"))
    return frozenset(word.lower() for word in _WORD.findall(last[-_MAX_NAME:]))
