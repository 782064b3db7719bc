"""Words of a command line, whatever bytes they are made of."""

import re
import shlex
from collections.abc import Iterable, Iterator
from functools import lru_cache

from crossfade.reports.visible import has_unseen, is_unseen

_OURS = "x-crossfade-"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@lru_cache(maxsize=1024)  # the words of a request stand in the lines of three sides
def quote(text: str) -> str:
    r"""One shell word that is these bytes: nothing in it is expanded, and every character of it can be seen.

    Characters that a person cannot see are written as ``$'\x1b'``, which bash and zsh read; a lone
    surrogate of U+DC80 to U+DCFF is the raw byte that it stands for. No word can hold NUL: it is left out. A word that
    begins with ``=`` is the path of a command to zsh.
    """
    text = text.replace("\0", "")
    if not has_unseen(text):
        return f"'{text}'" if text.startswith("=") and shlex.quote(text) == text else shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


class Variable(str):
    """The name of a variable of the shell, in place of a value that is not to be shown."""

    __slots__ = ()


@lru_cache(maxsize=1024, typed=True)  # a variable is no text of the same characters
def header_word(name: str, value: str, *, without_value: str = "") -> str:
    """A header field as a word; ``without_value`` is written behind a name that has none, in place of ``: ``.

    Where the value is a variable, the shell refuses the line until it is set.
    """
    if isinstance(value, Variable):
        return f'{quote(f"{name}: ")}"${{{value}:?}}"'
    text = wire_text(value)
    return quote(f"{name}{without_value}" if without_value and not text.strip() else f"{name}: {text}")


def wire_text(text: str) -> str:
    """A header's value, each of whose characters is a byte, as the text that has these bytes."""
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text


def sent_headers(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The client's own headers: not those that crossfade adds, and none whose name is no name of HTTP."""
    return ((name, value) for name, value in headers if _is_sent(name))


@lru_cache(maxsize=1024)
def _is_sent(name: str) -> bool:
    return _TOKEN.fullmatch(name) is not None and not name.lower().startswith(_OURS)


def _escaped(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if not is_unseen(char):
        return char
    return "".join(f"\\x{byte:02x}" for byte in _bytes(char))


def _bytes(char: str) -> bytes:
    errors = "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
    return char.encode("utf-8", errors)
