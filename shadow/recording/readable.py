"""Whether bytes were read as text: only then can patterns find what is in them. Pure."""

import codecs
import re

_MOST_CUT_BYTES = 3  # of a letter that takes four (RFC 3629)
_UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_readable(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends: text in another encoding has, archives have."""
    return _UNREADABLE.search(text) is None


def cut_text(raw: bytes) -> tuple[bytes, str, bytes]:
    """A piece of UTF-8 text that may begin and end within a letter: the rest of one, the text, the beginning of one.

    Raises: UnicodeDecodeError: other bytes.
    """
    start = 0
    while start < min(_MOST_CUT_BYTES, len(raw)) and raw[start] & 0xC0 == 0x80:  # noqa: PLR2004 - RFC 3629: 10xxxxxx
        start += 1
    text, read = codecs.utf_8_decode(raw[start:], "strict", False)  # noqa: FBT003 - not final
    return raw[:start], text, raw[start + read :]
