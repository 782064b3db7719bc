"""Whether bytes were read as text: only then can patterns find what is in them. Pure."""

import re

_UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_readable(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends: text in another encoding has, archives have."""
    return _UNREADABLE.search(text) is None
