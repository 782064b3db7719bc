"""Checks of the texts in a config: host:port, sockets, URLs, HTTP routes, patterns."""

import re
from pathlib import Path

_MAX_PORT = 65_535
_UNIX = "unix:"

IngestAddress = tuple[str, int] | Path
"""Host and port, or the path of a unix socket."""

_PLACE = r"(?P<host>\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[^\s:/?#@\[\]]+):(?P<port>[0-9]{1,5})"
_ADDRESS = re.compile(_PLACE)
_URL = re.compile(rf"https?://{_PLACE}/?", re.IGNORECASE)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ROUTE = re.compile(
    rf"({'|'.join(_METHODS)}) (/(\{{[^\s/?#{{}}]+\}}|[^\s/?#{{}}]*))+"
)  # a parameter is a whole segment


def split_address(text: str) -> tuple[str, int]:
    """``host:port`` or ``[v6]:port`` as host and port. Raises: ValueError."""
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > _MAX_PORT:
        raise ValueError(f"expected host:port, got {text!r}; write for example 127.0.0.1:8080 or [::1]:8080")
    return match["host"].strip("[]"), int(match["port"])


def check_address(text: str) -> str:
    """``text`` itself when it is host:port. Raises: ValueError."""
    split_address(text)
    return text


def split_ingest_address(text: str) -> IngestAddress:
    """``host:port`` or ``unix:PATH``. Raises: ValueError."""
    if text.startswith(_UNIX) and text != _UNIX and "\0" not in text:
        return Path(text.removeprefix(_UNIX))
    try:
        return split_address(text)
    except ValueError:
        raise ValueError(
            f"expected host:port or unix:PATH, got {text!r}; write for example 127.0.0.1:7431 or unix:crossfade.sock"
        ) from None


def check_ingest_address(text: str) -> str:
    """``text`` itself when it is host:port or unix:PATH. Raises: ValueError."""
    split_ingest_address(text)
    return text


def check_url(text: str) -> str:
    """``text`` without a trailing slash when it is http(s)://host:port. Raises: ValueError."""
    match = _URL.fullmatch(text)
    if match is None or not 0 < int(match["port"]) <= _MAX_PORT:
        raise ValueError(f"expected http://host:port or https://host:port, got {text!r}; name the port, and no path")
    return text.rstrip("/")


def split_url(text: str) -> tuple[str, int]:
    """Host and port of a URL that ``check_url`` took. Raises: ValueError."""
    match = _URL.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a URL with host and port, got {text!r}")
    return match["host"].strip("[]"), int(match["port"])


def check_http_route(text: str) -> str:
    """``text`` itself when it is ``METHOD /path/{name}``. Raises: ValueError."""
    if not _ROUTE.fullmatch(text):
        raise ValueError(f"expected METHOD /path/{{name}}, got {text!r}; write for example GET /builds/{{id}}")
    return text


def check_pattern(text: str) -> str:
    """``text`` itself when it is a regular expression. Raises: ValueError."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"expected a regular expression, got {text!r} ({error.msg})") from None
    return text
