"""Checks of the texts in a config that name a header field, its value, or a variable of the environment."""

import re

_NAME = re.compile(r"[\w!#$%&'+.^`|~*?-]+", re.ASCII)  # RFC 9110 5.6.2, and ? for the glob
_VALUE = re.compile(r"[\x20-\x7e]+")
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
