"""Values at which Python and Java are known to part, by their type: classes of the pitfall catalogue, not its examples.

Each strategy shrinks towards the plainest value of its type.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.parity_tests.fuzz.weights import weighted

_SMALL = 40
_LONG = 300

TEXTS: Sequence[str] = (
    # white space that split, strip and parsers of numbers take differently
    " a",
    "a ",
    " a  b ",
    "\ta\n",
    "a\r\nb",
    "\u00a0a\u2003",
    "\u0085",
    # separators with nothing between or behind them
    "a,b",
    "a,,b",
    "a,b,,",
    ",",
    "a/b",
    "a.b.",
    "k=v;k=",
    # numbers as text
    "0",
    "-1",
    " 5",
    "5 ",
    "+3",
    "007",
    "1_000",
    "1e3",
    "0x1f",
    "-0.0",
    "2.50",
    "0.125",
    "1e400",
    "9007199254740993",
    "\u0661\u0662",  # Arabic-Indic digits
    "NaN",
    # words that one language writes for what is none
    "true",
    "False",
    "None",
    "null",
    # quoting and escapes
    "it's",
    'say "b"',
    "a\\b",
    "%41%zz",
    "a+b c~*",
    "<b>&amp;</b>",
    "{0} %s",
    # patterns
    "a*",
    ".",
    "[",
    "(?i)A",
    "^b$",
    # letters: case, width, combining marks, beyond the basic plane
    "\u00e9",
    "e\u0301",
    "stra\u00dfe",
    "\u0130I\u0131i",
    "\ufb01n",
    "\u03a3\u03c2",
    "\uff21",
    "\U0001d4b3",
    "\uffee\U00010437",
    "\U0001f469\u200d\U0001f680",
    "\u202eab",
    # dates and zones
    "2023-11-05",
    "2023-02-29",
    "2023-11-05T01:30:00",
    "2023-11-05T01:30:00.120Z",
    "2023-11-05 01:30:00+05:45",
    "20231105",
    "Europe/Lisbon",
    "+05:45",
    # ids and encodings
    "3f2b8c1e9d4a4f6b8a7c5d2e1f0a9b8c",
    "3F2B8C1E-9D4A-4F6B-8A7C-5D2E1F0A9B8C",
    "YWI",
    "-_8=",
    "00ff",
    "\x00",
    "\x7f",
)
_BYTES: Sequence[bytes] = (b"\x00", b"\xff", b"\x80\x7f", bytes(range(256)), b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbfa")
_FLOATS: Sequence[float] = (
    0.5,
    1.5,
    2.5,
    -0.5,
    -2.5,
    -7.5,
    0.125,
    1.115,
    -0.0,
    0.1,
    1e-5,
    1e7,
    1e16,
    1e23,
    5e-324,
    float(2**31),
    float(2**53 + 2),
    -1e300,
)
_NOT_FINITE = (math.nan, math.inf, -math.inf)
_EDGES = (7, 8, 15, 16, 31, 32, 53, 63)


@lru_cache(None)
def integers(low: int, high: int) -> SearchStrategy[int]:
    """Small numbers of both signs most of all, then edges of types, halves beyond them, and any."""
    around = (sign * 2**bits + off for bits in _EDGES for sign in (1, -1) for off in (-1, 0, 1))
    edges = sorted({low, high, *around}, key=abs)
    small = st.integers(max(low, -_SMALL), min(high, _SMALL))
    return weighted(
        (2, st.integers(max(low, 0), min(high, _SMALL))),
        (2, small),
        (2, st.sampled_from([edge for edge in edges if low <= edge <= high])),
        (1, st.integers(low, high)),
    )


@lru_cache(None)
def floats(*, width: int = 64, allow_nan: bool = False) -> SearchStrategy[float]:
    """Halves, negatives, bounds of notations and of doubles; with NaN also the infinities: JSON has none of them."""
    whole = st.floats(width=32 if width == 32 else 64, allow_nan=allow_nan, allow_infinity=allow_nan)  # noqa: PLR2004
    known = [value for value in _FLOATS if width == 64 or math.isfinite(_single(value))]  # noqa: PLR2004
    known += _NOT_FINITE if allow_nan else ()
    return st.one_of(
        st.integers(0, 100).map(float),
        st.integers(-2000, 2000).map(lambda number: number / 8),
        st.integers(-100_000, 100_000).map(lambda number: number / 1000),
        st.sampled_from(known),
        whole,
    )


def _single(value: float) -> float:
    return value if abs(value) < 2.0**128 else math.inf


@lru_cache(None)
def texts() -> SearchStrategy[str]:
    """Short words, hazards alone and joined, any letters, and a long one; never a lone surrogate: no text holds one."""
    word = st.text(alphabet="abcxyz", min_size=1, max_size=4)
    hazard = st.sampled_from(TEXTS)
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    return weighted(
        (2, word),
        (4, hazard),
        (2, st.tuples(word, hazard).map("".join)),
        (1, st.tuples(hazard, hazard).map("".join)),
        (1, anything),
        (1, word.map(lambda text: (text * _LONG)[:_LONG])),
    )


@lru_cache(None)
def blobs() -> SearchStrategy[bytes]:
    """Text as bytes, bytes above 127, and what is no UTF-8."""
    return st.one_of(
        st.binary(max_size=4),
        st.sampled_from(_BYTES),
        texts().map(lambda text: text.encode()),
        st.binary(max_size=64),
    )


def pieces(draw: st.DrawFn) -> tuple[bytes, ...]:
    """One text as two or three chunks, cut anywhere: within a letter, within a line end."""
    whole = draw(texts()).encode() or b"a"
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), min_size=1, max_size=2)))
    return tuple(whole[start:end] for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True))
