"""Texts that hold what languages differ about: spaces, marks, cases, surrogates, digits of many scripts."""

import random
import re
import sys
import unicodedata

SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PUNCTUATION = "'\"\\/,.:;-_=+*?!()[]{}<>&%$#@~^|`"
CONTROLS = "".join(map(chr, range(0x20))) + "\x7f\x80\x9f\xad"
CASES = "ßẞ\u0131İ\u017fKÅǅǆŉﬁﬃΐᾳᾼᾷῲΣ\u03c3ςЖжᏣꭰꮿაⱥȺⅷⓐ𐐀𐐨µ"
MARKS = "\u0301\u0300\u0345\u05b0\u200d\ufe0f\u0327\u20dd\u00b7\u2019"
ASTRAL = "😀🎉𝒳𠀀\U00010ffd\U000e0041🏽👨"
HIGH = "\ue000\uff5e\ufffd\uffff\ufeff\u2028\u2029"
DIGITS = "0123456789٣५\uff12²½Ⅷ四\U0001d7d8①፩৹㊿"
SURROGATES = "\ud800\udbff\udc00\udfff"
MIXED = LETTERS + SPACES + PUNCTUATION + CONTROLS + CASES + MARKS + ASTRAL + HIGH + DIGITS + SURROGATES
ALPHABETS = (
    LETTERS + " ",
    LETTERS + "   \t\n,,",
    SPACES + "ab",
    "ΑΒΣσς" + MARKS + " a.",
    CASES + "ab ",
    PUNCTUATION + "ab ",
    CONTROLS + "é'\"\\",
    ASTRAL + HIGH + "ab" + SURROGATES,
    DIGITS + "a",
    "a,b",
    MIXED,
)
SEPARATORS = (",", " ", ", ", "a", "ab", "aa", "\n", ".", "|", "\\", "😀", "é", "/", "\udc00")
UNASSIGNED = frozenset({"Cn", "Co"})
_PAIR = re.compile("([\ud800-\udbff]+)(?=[\udc00-\udfff])")


def apart(text: str) -> str:
    """Java holds a high and a low surrogate side by side as one character; Python would see two."""
    return _PAIR.sub("", text)


def any_text(rng: random.Random) -> str:
    """Up to 12 characters of one kind, seldom up to 60, and at times any characters that Unicode has."""
    size = rng.randrange(13) if rng.random() < 0.97 else rng.randrange(60)
    if rng.random() < 0.1:
        return apart("".join(chr(rng.randrange(0x10FF00)) for _ in range(size)))
    return apart("".join(rng.choices(rng.choice(ALPHABETS), k=size)))


def part_of(rng: random.Random, text: str) -> str:
    """A separator or something to look for: often a piece of the text, seldom empty."""
    kind = rng.random()
    if kind < 0.5 and text:
        start = rng.randrange(len(text))
        return text[start : start + rng.randrange(1, 3)]
    if kind < 0.98:
        return rng.choice(SEPARATORS)
    return ""


def runs(*, known: bool) -> list[str]:
    """Every character that this Python's Unicode knows, in order, 11 to a text; or every one that it does not know."""
    found = [c for c in map(chr, range(sys.maxunicode - 2)) if (unicodedata.category(c) not in UNASSIGNED) == known]
    return [apart("".join(found[i : i + 11])) for i in range(0, len(found), 11)]


def mutated(rng: random.Random, text: str, alphabet: str) -> str:
    """The text with up to two characters dropped, put in or replaced."""
    letters = list(text)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        at = rng.randrange(len(letters) + 1)
        how = rng.random()
        if how < 0.35 and at < len(letters):
            del letters[at]
        elif how < 0.7:
            letters.insert(at, rng.choice(alphabet))
        elif at < len(letters):
            letters[at] = rng.choice(alphabet)
    return "".join(letters)
