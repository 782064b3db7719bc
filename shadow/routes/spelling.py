"""The paths that one request-target may be read as. Pure, and bounded for hostile targets.

Servers, frameworks and the proxies between them decode, fold and cut a path in different ways, so that one handler has
many spellings: RFC 3986 6.2.2, RFC 9112 3.2, and the ways in which common routers go beyond them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_MAX_CHARS = 8192  # what servers take at most by default
_MAX_ODD_CHARS = 4096
_MAX_FORM_CHARS = 32_768
_MAX_DECODINGS = 4
_MAX_READINGS = 64

_ODD = re.compile(r"[^A-Za-z0-9_~/.:@$&'()*+,!=-]|//|/\.|\./|[/.]$")
"""What a path holds that is read in more than one way; without it there is only the letter case."""
_SCHEME = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*:(?=/|\Z)")
_AUTHORITY = re.compile(r"\A//[^/]*")
_ESCAPE = re.compile(r"%(?:u([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2}))")
_OVERLONG = re.compile("[\xc0\xc1]([\x80-\xbf])|\xe0([\x80-\x81])([\x80-\xbf])|\xf0\x80([\x80-\x81])([\x80-\xbf])")
_PARAMETERS = re.compile(r";[^/]*")
_CUT = re.compile("[?#\0]")
_BLANKS = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0"
_SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a path; its ``forms`` differ by a last slash, last dots and letter case only."""

    forms: frozenset[str]


def exact_path(target: str) -> str:
    """The path of origin-form or absolute-form targets (RFC 9112 3.2) as it stands there, without the query."""
    path = target.partition("?")[0]
    if "://" in path and not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def readings(target: str) -> tuple[Reading, ...] | None:
    """Each way to read the path of a target; None where there are too many, or it is too long to try them."""
    raw = target.partition("?")[0]
    if len(raw) > _MAX_CHARS:
        return None
    path = exact_path(target)
    if path.startswith("/") and not _ODD.search(path):
        return (Reading(frozenset((path, path.lower()))),)
    if len(raw) > _MAX_ODD_CHARS:
        return None
    found = _decoded(_bytes_as_text(raw))
    for step in (_cut, _without_origin, _without_parameters, _resolved):
        if found is None:
            return None
        found = _each(step, found)
    return None if found is None else _bounded(tuple(dict.fromkeys(map(_reading, found))))


def _bounded(found: tuple[Reading, ...]) -> tuple[Reading, ...] | None:
    """None where it is more than can be matched against a thousand rules while a client waits."""
    chars = sum(len(form) for reading in found for form in reading.forms)
    return None if chars > _MAX_FORM_CHARS else found


def escapable(text: str) -> str:
    """A regular expression, without letter case, for a text of which any character may be percent-encoded."""
    return "".join(f"(?:{re.escape(char)}|%{ord(char.lower()):02x}|%{ord(char.upper()):02x})" for char in text)


def fold(path: str) -> str:
    """A path without letter case and compatibility forms, which many routers and file systems do not distinguish."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFKC", path).casefold()


def _bytes_as_text(path: str) -> str:
    """Latin-1 text; a path that an engine read as UTF-8 is taken back to its bytes."""
    try:
        return path.encode("latin-1").decode("latin-1")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape").decode("latin-1")


def _decoded(path: str) -> list[str] | None:
    """The path, and what is left after each decoding of its escapes until there is none; None where that goes on."""
    found = [path]
    for _ in range(_MAX_DECODINGS):
        decoded = _OVERLONG.sub(_short, _ESCAPE.sub(_unescaped, found[-1]))
        if decoded == found[-1]:
            return found
        found.append(decoded)
    return None


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0xFF else unicodedata.normalize("NFKC", chr(code))  # noqa: PLR2004 - Latin-1


def _short(match: re.Match[str]) -> str:
    """The ASCII character that an overlong UTF-8 sequence stands for (RFC 3629 3 forbids them)."""
    if match[1]:
        return chr((ord(match[0][0]) & 0x1) << 6 | ord(match[1]) & 0x3F)
    return chr((ord(match[0][-2]) & 0x1) << 6 | ord(match[0][-1]) & 0x3F)


def _each(step: Callable[[str], Iterable[str]], paths: Iterable[str]) -> list[str] | None:
    found = list(dict.fromkeys(after for path in paths for after in step(path)))
    return found if len(found) <= _MAX_READINGS else None


def _cut(path: str) -> Iterator[str]:
    """Whole, up to what ends a path where it was decoded too early, and without NUL."""
    yield path
    yield _CUT.split(path, maxsplit=1)[0]
    yield path.replace("\0", "")


def _without_origin(path: str) -> Iterator[str]:
    """Absolute-form without scheme and host; ``//host/path`` as some parsers of URLs read it."""
    path = _SCHEME.sub("", path.replace("\\", "/"), count=1)
    yield path
    yield _AUTHORITY.sub("", path, count=1)


def _without_parameters(path: str) -> Iterator[str]:
    """With and without ``;v=1`` in each segment (RFC 3986 3.3)."""
    yield path
    yield _PARAMETERS.sub("", path)


def _resolved(path: str) -> Iterator[str]:
    """As it stands, with dot segments resolved (RFC 3986 5.2.4), and with doubled slashes taken as one before that."""
    texts = tuple(_texts(path))
    for text in dict.fromkeys((*texts, *(unicodedata.normalize("NFKC", text) for text in texts))):
        yield text
        yield _without_dots(text)
        yield _without_dots(_SLASHES.sub("/", text))


def _texts(path: str) -> Iterator[str]:
    """Bytes read as UTF-8; where they are none, as they stand and without what is wrong."""
    try:
        raw = path.encode("latin-1")
    except UnicodeEncodeError:
        yield path
        return
    text = raw.decode("utf-8", "ignore")
    yield text
    if text.encode() != raw:
        yield path


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = [part.strip(_BLANKS) for part in path.removeprefix("/").split("/")]
    for part in segments:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return _SLASHES.sub("/", "/" + "/".join(kept))


def _reading(path: str) -> Reading:
    """The path with and without its last slash and dots, in its letter case and in none."""
    bare = "/".join(part.rstrip(_BLANKS + ".") or part for part in path.rstrip("/").split("/")) or "/"
    forms = {path or "/", bare, bare.rstrip("/") or "/"}
    if path.endswith("/") and bare != "/":
        forms.add(f"{bare}/")
    return Reading(frozenset(forms | {fold(form) for form in forms}))
