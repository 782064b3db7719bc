"""Addresses by their components (RFC 3986 3), the query by its fields."""

import re
from urllib.parse import unquote_plus

from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.exchange.difference import Value

MAX_CHARS = 65_536
MAX_FIELDS = 1000
_URL = re.compile(
    r"(?P<origin>(?:[A-Za-z][A-Za-z0-9+.-]*+:)?+(?://[^/?#]*+)?+)(?P<path>[^?#]*+)(?:\?(?P<query>[^#]*+))?+(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)


def read_url(text: str) -> dict[str, Value] | None:
    """The origin, path, query and fragment that an address has, the last two by fields where they are such.

    None for one without a query and without a fragment, or that is too long.
    """
    match = _URL.fullmatch(text)
    if match is None or len(text) > MAX_CHARS or (match["query"] is None and match["fragment"] is None):
        return None
    found: dict[str, Value] = {"origin": match["origin"], "path": match["path"]}
    for name in ("query", "fragment"):
        if match[name] is not None:
            found[name] = _fields(match[name])
    return found


def _fields(text: str) -> Value:
    """Fields by name, each as it is written; a text that has no pairs, or too many, is itself."""
    if "=" not in text or text.count("&") >= MAX_FIELDS:
        return text
    pairs = (pair.partition("=") for pair in text.split("&"))
    return keep_repeated(
        (unquote_plus(name, errors="surrogateescape"), value if mark else None) for name, mark, value in pairs
    )
