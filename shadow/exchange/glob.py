"""The one glob of all rules: ``*`` is any text, ``?`` one character, and every other character is itself."""

import re
from fnmatch import translate
from functools import lru_cache

MAX_COMPILED = 16_384
"""So many globs are kept compiled."""


class Glob:
    """A glob that is matched against whole texts, by letter case."""

    __slots__ = ("_match",)

    def __init__(self, text: str) -> None:
        self._match = re.compile(regex(text)).match

    def matches(self, text: str) -> bool:
        """Whether the whole text matches."""
        return self._match(text) is not None


@lru_cache(maxsize=MAX_COMPILED)  # a config of more rules than this compiles them again and again
def glob(text: str) -> Glob:
    """The glob that is written so, compiled once."""
    return Glob(text)


def regex(text: str) -> str:
    """The regular expression of a glob; brackets have no meaning, since routes and paths have some of their own.

    By ``fnmatch``, which never tries a star again once what follows it was found: no glob is slow.
    """
    return translate(text.replace("[", "[[]"))
