"""Words of a command line, whatever bytes they are made of."""

import re
import shlex
from collections.abc import Iterable, Iterator
from functools import lru_cache

from crossfade.reports.visible import has_unseen, is_unseen

_OURS = "x-crossfade-"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@lru_cache(maxsize=1024)
def quote(text: str) -> str:
    r"""One shell word that is these bytes: nothing in it is expanded, and nothing in it is unseen.

    Characters that a person cannot see are written as ``$'\x1b'``, which bash and zsh read; a lone
    surrogate of U+DC80 to U+DCFF is the raw byte that it stands for. No word can hold NUL: it is left out. A word that
    begins with ``=`` is the path of a command to zsh.
    """
    text = text.replace("\0", "")
    if not has_unseen(text):
        return f"'{text}'" if text.startswith("=") and shlex.quote(text) == text else shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def wire_text(text: str) -> str:
    """A header's value, each of whose characters is a byte, as the text that has these bytes."""
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text


def sent_headers(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The client's own headers: not those that crossfade adds, and none whose name is no name of HTTP."""
    return ((name, value) for name, value in headers if _TOKEN.fullmatch(name) and not name.lower().startswith(_OURS))


def _escaped(char: str) -> str:
    if char in _ESCAPED:
        return _ESCAPED[char]
    if not is_unseen(char):
        return char
    return "".join(f"\\x{byte:02x}" for byte in _bytes(char))


def _bytes(char: str) -> bytes:
    errors = "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
    return char.encode("utf-8", errors)
