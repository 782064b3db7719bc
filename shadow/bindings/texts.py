"""One text with handles in it replaced: whole, or a path, a URL, a list or base64 that is taken apart. Pure.

Everything else in it stays as it was: escapes, order, padding.
"""

import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, unquote, unquote_plus

from crossfade.shadow.bindings.json_text import rewrite_json
from crossfade.shadow.bindings.names import ANY, Part, Site
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS, is_short_id, is_token

Change = Callable[[str, Site], str | None]
"""What is to stand at a place instead of a text; None where that stays."""

_URL = re.compile(r"([a-z][a-z0-9+.-]*:)?(//[^/?#\s]*)?(/?[^?#\s]*)(\?[^#\s]*)?(#\S*)?", re.ASCII)
_RESOURCE = re.compile(r"[\w.~%@-]+(?:/[\w.~%@:-]+)+", re.ASCII)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{12,}|[A-Za-z0-9_-]{12,})={0,2}")
_VERSION = re.compile(r"v[0-9]+(?:[a-z]+[0-9]*)?")
_PIECE = re.compile(r"[A-Za-z0-9_~+/=.-]{8,}")
_RUN = re.compile(r"[A-Za-z0-9_~-]{8,}")
_ALLOWED = "!$&'()*,;:@/?="
_LOWER_HEX = re.compile(r"%(?:[0-9][a-f]|[a-f][0-9a-f])")
_ESCAPE = re.compile(r"%..")
_MAX_PAIRS = 1000
_MAX_SEGMENTS = 100


def rewrite_text(text: str, site: Site, change: Change, *, nested: bool = False) -> str:
    """The text with what ``change`` replaces; the very same text where that is nothing."""
    changed = change(text, site)
    if changed is not None:
        return changed
    if len(text) > MAX_TOKEN_CHARS or nested:
        return text
    if "," in text and site.part in {Part.QUERY, Part.PATH}:
        return _joined(",", text, lambda item: rewrite_text(item, site, change, nested=True))
    if "/" in text and (_is_url(text) or _RESOURCE.fullmatch(text)):
        return rewrite_target(text, change)
    return _rewrite_base64(text, change) if _BASE64.fullmatch(text) else text


def rewrite_target(text: str, change: Change) -> str:
    """A path with its query, or a URL; each segment is a place behind those before it."""
    match = _URL.fullmatch(text)
    if match is None:
        return text
    scheme, authority, path, query, fragment = (part or "" for part in match.groups())
    changed = _rewrite_path(path, change)
    if query:
        query = f"?{rewrite_pairs(query[1:], change)}"
    return f"{scheme}{authority}{changed}{query}{fragment}"


def rewrite_pairs(text: str, change: Change, part: Part = Part.QUERY) -> str:
    """A query or a form: its values, each at the place of its name."""
    if text.count("&") >= _MAX_PAIRS:
        return text
    return _joined("&", text, lambda pair: _rewrite_pair(pair, change, part))


def rewrite_words(text: str, change: Change) -> str:
    """Text of no known structure: whole words long enough to be handles, and the runs of letters and digits in them."""
    site = Site(Part.BODY, ())

    def run(match: re.Match[str]) -> str:
        return change(match[0], site) or match[0]

    def piece(match: re.Match[str]) -> str:
        changed = change(match[0], site) if len(match[0]) <= MAX_TOKEN_CHARS else None
        return _RUN.sub(run, match[0]) if changed is None else changed

    return _PIECE.sub(piece, text)


def path_names(path: str) -> tuple[str, ...]:
    """The segments of a path, with ``*`` for those that are values."""
    return tuple(ANY if is_value(unquote(segment)) else segment for segment in path.strip("/").split("/") if segment)


def is_value(segment: str) -> bool:
    """Whether a segment of a path stands for one of many: an id, not a word and not a version."""
    return (is_short_id(segment) or is_token(segment)) and _VERSION.fullmatch(segment) is None


def _is_url(text: str) -> bool:
    return (text.startswith("/") or "://" in text[:40]) and _URL.fullmatch(text) is not None


def _rewrite_path(path: str, change: Change) -> str:
    if path.count("/") > _MAX_SEGMENTS:
        return path
    names: list[str] = []

    def segment(text: str) -> str:
        plain = unquote(text, errors="surrogateescape")
        changed = rewrite_text(plain, Site(Part.PATH, (*names, ANY)), change, nested="/" in plain) if plain else plain
        if text:
            names.append(ANY if is_value(plain) else plain)
        return text if changed == plain else _quoted(changed, text, "+")

    return _joined("/", path, segment)


def _rewrite_pair(pair: str, change: Change, part: Part) -> str:
    name, mark, value = pair.partition("=")
    if not value:
        return pair
    plain = unquote_plus(value, errors="surrogateescape")
    changed = rewrite_text(plain, Site(part, (unquote_plus(name),)), change)
    return pair if changed == plain else name + mark + _quoted(changed, value)


def _quoted(text: str, like: str, also: str = "") -> str:
    """Escaped as what it replaces is: what stands there without an escape needs none."""
    safe = "".join(mark for mark in _ALLOWED + also if mark in like)
    quoted = quote(text, safe=safe, errors="surrogateescape")
    if "+" in like and not also:
        quoted = quoted.replace("%20", "+")
    return _ESCAPE.sub(lambda match: match[0].lower(), quoted) if _LOWER_HEX.search(like) else quoted


def _rewrite_base64(text: str, change: Change) -> str:
    """A token that is base64 of readable text, with the handles in that text replaced."""
    bare = text.rstrip("=")
    is_url_safe = "-" in bare or "_" in bare
    try:
        data = b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_" if is_url_safe else None, validate=True)
        inner = data.decode()
    except ValueError:
        return text
    if not inner.isprintable():
        return text
    root = Site(Part.BODY, ())
    if inner[:1] in {"{", "["}:
        changed = rewrite_json(inner, lambda item, names: change(item, Site(Part.BODY, names)))
    else:
        changed = rewrite_text(inner, root, change, nested=True)
        changed = rewrite_words(inner, change) if changed == inner else changed
    if changed == inner:
        return text
    encoded = (urlsafe_b64encode if is_url_safe else b64encode)(changed.encode()).decode()
    return encoded if text != bare or len(bare) % 4 == 0 else encoded.rstrip("=")


def _joined(mark: str, text: str, rewrite: Callable[[str], str]) -> str:
    """The parts between marks rewritten; the very same text where none changes."""
    parts = text.split(mark)
    changed = [rewrite(part) for part in parts]
    return text if changed == parts else mark.join(changed)
