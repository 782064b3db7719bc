"""Text without control characters and with every character visible, for terminals and pages. Pure."""

from functools import lru_cache

# Printable by category, yet drawn as nothing or as a blank: Unicode's Default_Ignorable_Code_Point, Braille's blank.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def visible(text: str) -> str:
    r"""The text with ``\x1b``, ``\u202e``, ``\xa0`` or the like in place of each character that cannot be seen.

    Those are control and format characters (bidirectional marks too), every blank but the space, lone surrogates and
    unassigned code points. A backslash stays as it is.
    """
    return "".join(map(_shown, text)) if has_unseen(text) else text


def has_unseen(text: str) -> bool:
    """Whether a reader would not see every character as itself."""
    return not (text.isascii() and text.isprintable()) and any(map(is_unseen, text))


def encodable(text: str) -> str:
    r"""The text with lone surrogates as ``\udc80``: it can be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def is_unseen(char: str) -> bool:
    """Whether a reader would not see this character as itself."""
    code = ord(char)
    return not char.isprintable() or char in _BLANK or any(code in selectors for selectors in _SELECTORS)


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii") if is_unseen(char) else char
