"""XML and HTML with some values replaced, and every other byte as it was. Pure.

The text is looked through tag by tag, so one that is cut or malformed is redacted too.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

from crossfade.shadow.compare.decode.markup import VOID
from crossfade.shadow.evidence.hiding import Hiding

_TOKEN = re.compile(
    r"<!--(?P<comment>[\s\S]*?)(?P<comment_end>-->|\Z)"
    r"|<!\[CDATA\[(?P<cdata>[\s\S]*?)(?P<cdata_end>\]\]>|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z_][^\s/><]*)"
    r"(?P<attributes>(?:[^>\"'=]|=\s*+\"[^\"]*+(?:\"|\Z)|=\s*+'[^']*+(?:'|\Z)|[=\"'])*+)(?:>|\Z)"
    r"|<(?P<declared>[!?][^<>]+)"
    r"|(?P<text>[^<]+)"
)
_ATTRIBUTE = re.compile(r"(?P<name>[^\s=\"'/]++)(?:\s*+=\s*+(?P<value>\"[^\"]*+\"?|'[^']*+'?|[^\s\"']++))?+")
_NAMING = frozenset({"name", "key", "id", "property", "itemprop", "autocomplete", "type"})
"""Attributes that name an element's value: ``<input type="password" value="...">``."""
_MAX_DEPTH = 3
_KEPT = _NAMING | {"class", "for"}


def looks_like_markup(text: str) -> bool:
    """Whether a text begins with a tag, a comment or a declaration."""
    return re.match(r"\s*<[A-Za-z_!?/]", text) is not None


def redact_markup(text: str, redactor: Hiding, *, secret: bool = False, depth: int = 0) -> str:
    """Markup with what must not be stored replaced.

    Texts and attributes of an element with a secret name, by its tag or by an attribute that names it, and all that
    stands in it; attributes with a secret name; what patterns match in any other. ``secret``: hides all of it.
    ``depth``: in how much other markup it stands, as a comment or an attribute.
    """
    hidden = _Markup(redactor, secret=secret, depth=depth)
    parts: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        for start, end, replaced in hidden.replacements(match):
            parts += (text[at:start], replaced)
            at = end
    return "".join((*parts, text[at:]))


class _Markup:
    """Knows in which secret element a token stands."""

    def __init__(self, redactor: Hiding, *, secret: bool, depth: int) -> None:
        self._redactor = redactor
        self._depth = depth
        self._all = secret
        self._within = ""
        self._open = 0
        self._next_text = False

    def replacements(self, match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
        """Which parts of one token to replace, and with what."""
        for group in ("comment", "cdata", "declared", "text"):
            if match[group]:
                yield (*match.span(group), self._text(match[group], coded=group == "text"))
        if match["name"] is not None:
            self._next_text = False
            if match["end"]:
                yield (*match.span(), self._redactor.text(match[0]))  # it may be a link: </a?token=...>
                self._close(match["name"])
            else:
                yield from self._tag(match)

    def _text(self, text: str, *, coded: bool) -> str:
        hide = self._all or bool(self._open) or self._next_text
        plain = unescape(text) if coded else text
        hidden = self._hidden(plain) if hide else self._shown(plain)
        if hidden == plain:
            return text
        return escape(hidden, quote=False) if coded else hidden

    def _shown(self, plain: str) -> str:
        if not looks_like_markup(plain):
            return self._redactor.members(plain)
        if self._depth == _MAX_DEPTH:
            return self._hidden(plain)
        return redact_markup(plain, self._redactor, depth=self._depth + 1)

    def _hidden(self, plain: str) -> str:
        """The blanks around a value are not part of it."""
        core = plain.strip()
        return plain.replace(core, self._redactor.pseudonym(core), 1) if core else plain

    def _tag(self, match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
        name, offset = match["name"], match.start("attributes")
        attributes = [item for item in _ATTRIBUTE.finditer(match["attributes"]) if item["value"]]
        names = [_plain(item) for item in attributes if item["name"].lower() in _NAMING]
        by_tag = self._all or bool(self._open) or self._redactor.is_secret(name.rpartition(":")[2])
        secret = by_tag or any(map(self._redactor.is_secret, names))
        for item in attributes:
            kept = item["name"].lower() in _KEPT and not by_tag
            hide = (secret and not kept) or self._redactor.is_secret(item["name"])
            start, end = item.span("value")
            yield offset + start, offset + end, self._attribute(item, hide=hide)
        if secret:
            self._enter(name, closed=match["attributes"].endswith("/"))

    def _attribute(self, item: re.Match[str], *, hide: bool) -> str:
        value, plain = item["value"], _plain(item)
        hidden = self._hidden(plain) if hide else self._shown(plain)
        if hidden == plain:
            return value
        opening = value[:1] if value[:1] in "\"'" else ""
        closing = opening if len(value) > 1 and value.endswith(opening) else ""
        return opening + escape(hidden) + closing

    def _enter(self, name: str, *, closed: bool) -> None:
        if closed:
            return
        if name.lower() in VOID:
            self._next_text = True  # in XML it may have a text all the same
        elif not self._open or name == self._within:
            self._within = name
            self._open += 1

    def _close(self, name: str) -> None:
        if self._open and name == self._within:
            self._open -= 1


def _plain(item: re.Match[str]) -> str:
    value = item["value"]
    return unescape(value.strip(value[:1]) if value[:1] in "\"'" else value)
