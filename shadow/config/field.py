"""Checks of the texts in a config that name a header field, its value, a variable or a Service."""

import re

_NAME = re.compile(r"[\w!#$%&'+.^`|~*?-]+", re.ASCII)  # RFC 9110 5.6.2, and ? for the glob
_VALUE = re.compile(r"[\x20-\x7e]+")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_SERVICE = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1035, as Kubernetes names Services
_LAST_PORT = 65_535
_CALL = re.compile(r"[A-Z]+ /\S*|[\w.]+/\w+", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_field_name(text: str) -> str:
    """``text`` itself when it is a field name or a glob of some. Raises: ValueError."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"expected the name of a header field, got {text!r}; write for example authorization")
    return text


def check_field_value(text: str) -> str:
    """``text`` itself when a header field can carry it. Raises: ValueError."""
    if not _VALUE.fullmatch(text):
        others = sorted({character for character in text if not _VALUE.fullmatch(character)})
        raise ValueError(f"expected printable ASCII on one line, got {_shown(others)}; write only such characters")
    return text


def _shown(characters: list[str]) -> str:
    """The characters that can't be sent: the value they stand in may be a secret."""
    return f"a value with {', '.join(map(repr, characters[:5]))}" if characters else "an empty text"


def check_variable(text: str) -> str:
    """``text`` itself when it can name a variable of the environment. Raises: ValueError."""
    if not _VARIABLE.fullmatch(text):
        raise ValueError(f"expected the name of an environment variable, got {text!r}; write for example SHADOW_TOKEN")
    return text


def check_time_of_day(text: str) -> str:
    """``text`` itself when it is a time from 00:00 to 24:00. Raises: ValueError."""
    if not _TIME_OF_DAY.fullmatch(text):
        raise ValueError(f"expected HH:MM, got {text!r}; write for example 09:00")
    return text


def check_call(text: str) -> str:
    """``text`` itself when it names one call: METHOD /path, or a gRPC method. Raises: ValueError."""
    if not _CALL.fullmatch(text):
        raise ValueError(f"expected METHOD /path or a gRPC method, got {text!r}; write for example POST /login")
    return text


def check_session_key(text: str) -> str:
    """``text`` itself when it says by what a client is known: header:NAME, cookie:NAME, peer. Raises: ValueError."""
    kind, _, name = text.partition(":")
    if text != "peer" and (kind not in {"header", "cookie"} or not _NAME.fullmatch(name)):
        raise ValueError(f"expected header:NAME, cookie:NAME or peer, got {text!r}; write for example header:x-user")
    return text


def check_backend(text: str) -> str:
    """``text`` itself when it is a Kubernetes Service and its port, such as users-java:8080. Raises: ValueError."""
    name, _, port = text.rpartition(":")
    if not _SERVICE.fullmatch(name) or not port.isdecimal() or not 1 <= int(port) <= _LAST_PORT:
        raise ValueError(f"expected name:port, got {text!r}; write the Service and its port, such as users-java:8080")
    return text
