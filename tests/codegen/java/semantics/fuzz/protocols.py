"""Texts with a grammar: URLs, queries, base64, UUIDs, dates, formats of strftime, regular expressions."""

import base64
import contextlib
import random
import re
import uuid
import warnings
from datetime import UTC, datetime, timedelta, timezone

from texts import any_text, apart, mutated

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FIRST = int((datetime(1000, 1, 1) - EPOCH).total_seconds())  # noqa: DTZ001 - the C library pads no year below 1000
LAST = int((datetime(9999, 12, 30) - EPOCH).total_seconds())  # noqa: DTZ001
DIRECTIVES = "YmdHMSfjyBbhAapIzZeDFTRcxXuwUWVG%"
REPEATED = ("a", "b", "k", "é", ".", r"\d", r"\w", r"\s", r"\W", r"\S", r"\D", "[ab]", r"[^\W]", r"[\s,]", r"[^\d_]",
            "[a&&b]", "[[a]", "[]a]", "[^]b]", "[a-k]", "(a|b)", "(?:a|é)", "(?P<n_1>a)", "(a)", "[ #]", r"\x61")  # fmt: skip
SINGLE = (r"\b", r"\B", "^", "$", r"\Z", r"\A", r"\n", "(?=a)", "(?!b)", "(?<=a)", ",", r"\.", "{", "a{,2}", "b{2}", "#",
          r"\u00e9", "(?#x)", "}", "]")  # fmt: skip
ODD_BYTES = (b"", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90", b"\x80", b"\xe2\x82", b"\xf0\x9f")
SUBJECTS = ("abké ,_K", "ab\n\r\u2028", "ab\x1c\x85\xa0,", "aé٣²_1 b", "{}#&[]a.", "KkK\u0301a_", "a b\n")


def query_text(rng: random.Random) -> str:
    """Percent signs, good and bad, plus signs, names and values."""
    pieces = (
        "a",
        "b",
        "=",
        "&",
        "%20",
        "%C3%A9",
        "%c3",
        "%zz",
        "%",
        "+",
        "%F0%9F%98%80",
        "é",
        ";",
        "%00",
        "1",
        "%2",
        "%ff",
    )
    return "".join(rng.choices(pieces, k=rng.randrange(9)))


def url_text(rng: random.Random) -> str:
    """A URL, whole or relative, with odd paths."""
    text = rng.choice(("", "", "", "http:", "https:", "mailto:", "HTTP:", "x:"))
    text += rng.choice(("", "", "//h", "//h:80", "//a@h", "//", "//é"))
    parts = ("a", "b", "..", ".", "", "c;p", ";q", "..;z", "%20", "é", "a:b")
    text += rng.choice(("", "/")) + "/".join(rng.choices(parts, k=rng.randrange(5)))
    text += rng.choice(("", "", "?", "?x=1", "?a/../b")) + rng.choice(("", "", "#", "#f"))
    return mutated(rng, text, "/.:?# \t")


def base64_text(rng: random.Random) -> str:
    """Base64 of either alphabet, with padding or without, and with foreign characters."""
    data = rng.randbytes(rng.randrange(12))
    text = (base64.b64encode if rng.random() < 0.6 else base64.urlsafe_b64encode)(data).decode()
    return mutated(rng, text if rng.random() < 0.8 else text.rstrip("="), "=A-_+/ \n=é")


def uuid_text(rng: random.Random) -> str:
    """An id as people write it, or nearly."""
    value = uuid.UUID(int=rng.getrandbits(128) >> rng.choice((0, 0, 90)))
    text = rng.choice((str(value), value.hex, value.urn, "{%s}" % value, str(value).upper()))  # noqa: UP031 - braces
    return mutated(rng, text, "0g-_{} +٣")


def iso_text(rng: random.Random) -> str:
    """What fromisoformat takes, and what it just refuses."""
    when = EPOCH + timedelta(seconds=rng.randrange(FIRST, LAST), microseconds=rng.randrange(10**6))
    year, week, day = when.isocalendar()
    text = rng.choice((f"{when:%Y-%m-%d}", f"{when:%Y%m%d}", f"{year}-W{week:02}-{day}", f"{year}W{week:02}{day}",
                       f"{year}-W{week:02}", f"{year}W{week:02}"))  # fmt: skip
    if rng.random() < 0.8:
        text += rng.choice("TT t😀-")
        text += when.strftime(rng.choice(("%H", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H%M", "%H%M%S", "%H:%M:%S,%f12")))
        text += rng.choice(("", "", "Z", "+00:00", "-05:30", "+0530", "+01", "+01:02:03", "+010203", "-00:00"))
    return apart(mutated(rng, text, "0123:-W+Z., T"))


def offset_seconds(rng: random.Random) -> int:
    """An offset that Java can hold too, mostly of whole minutes."""
    return rng.choice(
        (0, 0, 3600 * rng.randrange(-18, 19), 60 * rng.randrange(-1080, 1081), rng.randrange(-64800, 64801))
    )


def at_offset(micros: int, offset: int) -> datetime:
    """The wall clock time of so many microseconds since 1970, with an offset."""
    return at(micros).replace(tzinfo=timezone(timedelta(seconds=offset)))


def at(micros: int) -> datetime:
    """The wall clock time of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def moment(rng: random.Random) -> int:
    """Microseconds since 1970, of the years 1000 to 9999, often with zeros at the end."""
    seconds = rng.randrange(FIRST, LAST)
    seconds -= seconds % rng.choice((1, 1, 60, 3600, 86400))
    return seconds * 10**6 + rng.choice((0, rng.randrange(10**6), rng.randrange(1000) * 1000, rng.randrange(1000)))


def delta_micros(rng: random.Random) -> int:
    """The microseconds of a timedelta, at times none below the second."""
    seconds = rng.randrange(-(10 ** rng.randrange(1, 13)), 10 ** rng.randrange(1, 13))
    return seconds * 10**6 + rng.choice((0, 0, 1, 500000, rng.randrange(10**6)))


def strftime_format(rng: random.Random) -> str:
    """A few directives with text between them."""
    return "".join(
        "%" + rng.choice(DIRECTIVES) + rng.choice(("", "-", ":", " ", "T", "/")) for _ in range(rng.randrange(5))
    )


def regex_and_subjects(rng: random.Random, count: int) -> list[tuple[str, int, str]]:
    """One regular expression that Python takes, its flags and so many texts for it."""
    while True:
        atoms = [
            rng.choice(REPEATED) + rng.choice(("", "", "", "*", "+", "?", "+?"))
            if rng.random() < 0.7
            else rng.choice(SINGLE)
            for _ in range(rng.randrange(1, 5))
        ]
        with contextlib.suppress(re.error), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # [[a] and [a&&b]: what they mean today is compared
            re.compile("".join(atoms))
            re.compile("".join(atoms), re.VERBOSE)
            break
    flags, letters = rng.choice((rng.randrange(8), rng.randrange(16))), rng.choice(SUBJECTS)
    return [("".join(atoms), flags, apart("".join(rng.choices(letters, k=rng.randrange(9))))) for _ in range(count)]


def replacement(rng: random.Random) -> str:
    """A text that replaces a match: dollar signs, backslashes and references."""
    return "".join(rng.choices(("$1", "$", "x", r"\\", r"\g<0>", "-", r"\n", "{", r"\1", r"\g<1>"), k=3))


def odd_utf8(rng: random.Random) -> bytes:
    """UTF-8 with bytes dropped, put in or replaced, and forms that are not allowed."""
    data = bytearray(any_text(rng).encode("utf-8", "surrogatepass"))
    for _ in range(rng.randrange(3)):
        place = rng.randrange(len(data) + 1)
        data[place : place + rng.randrange(2)] = rng.choice(ODD_BYTES)
    return bytes(data)
