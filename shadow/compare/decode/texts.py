"""Texts that are more than one value: how a text is taken apart where two of them differ.

Each equals any other text of the same characters.
"""

import re

_BETWEEN_CELLS = re.compile(r"[,;|\t\r]")
_MAX_TOP_CHARS = 1000
_CLASS = re.compile(r"[^ \t\n\f\r]+")


class Marked(str):
    """A text of a known kind."""

    __slots__ = ()


class Text(Marked):
    """What a person or a program reads line by line and word by word: a body of text, a text in markup."""

    __slots__ = ()


class Rows(Text):
    """Rows of cells that readers don't find alike: the first may name what stands in the others."""

    __slots__ = ()

    def top(self) -> str:
        """The words of the first row."""
        return " ".join(_BETWEEN_CELLS.split(self[:_MAX_TOP_CHARS].partition("\n")[0]))


class Url(Marked):
    """An address with a query: the target of a redirect or a link."""

    __slots__ = ()


class WordSet(Marked):
    """Words without order, each once, as the classes of an element in HTML."""

    __slots__ = ()


def word_set(text: str) -> WordSet:
    """The words between blanks of ASCII, sorted (WHATWG HTML 3.2.6: the order of classes means nothing)."""
    return WordSet(" ".join(sorted(set(_CLASS.findall(text)))))
