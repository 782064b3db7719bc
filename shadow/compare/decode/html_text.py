"""HTML as elements, without loss and in linear time: what a browser would repair stays as it is.

Every tag, attribute, comment and text has its place in the result, so two texts are the same only where any reader
finds the same. Left out is what follows from the standard alone: the end of an item where the next one begins, the case
of tags, how a value is quoted. A parser that builds what a browser would build loses more (a cell without its table),
and its work grows with the square of what is open.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5

from crossfade.shadow.compare.decode.markup import (
    ATTRIBUTE,
    COMMENT,
    DOCTYPE,
    INSTRUCTION,
    MAX_DEPTH,
    MAX_MARKUP_BYTES,
    MAX_NODES,
    VOID,
    HtmlElement,
    NotElementsError,
    laid_out_as,
)
from crossfade.shadow.compare.decode.names import keep_repeated, names_of
from crossfade.shadow.compare.decode.texts import Text, Url, word_set
from crossfade.shadow.compare.decode.whitespace import in_html, keeps_all
from crossfade.shadow.exchange.difference import Value

_TOKEN = re.compile(
    r"<!--(?:(?=-?>)|(?P<comment>[\s\S]*?)(?=--!?>|\Z))-{0,2}!?>?"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    r"(?P<attributes>(?:[^>\"'=]|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[=\"'])*+)(?:>|\Z)"
    r"|<(?P<declaration>[!?/][^>]*)(?:>|\Z)"
    r"|(?P<text>(?:[^<]++|<(?![a-zA-Z!?/]))++)",
    re.ASCII,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'/]++)(?:\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s\"']++)?+)?+|[=\"']", re.ASCII)
_REFERENCE = re.compile(r"&[#a-zA-Z][a-zA-Z0-9]{0,40};")

# WHATWG HTML 13.1.2: raw text elements, end tags that may be left out
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
} | {"plaintext": re.compile("(?!)")}  # which nothing ends
_SCRIPT = "script"
_WITH_REFERENCES = names_of("textarea title")
_ENDS_ITSELF = names_of("p li dt dd tr td th thead tbody tfoot option optgroup rp rt colgroup html head body")
_ENDS_P = names_of(
    """
    address article aside blockquote details div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr
    main menu nav ol p pre section ul
    """
)
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr", *_CELLS})
_GROUPS = frozenset({"thead", "tbody", "tfoot", *_ROWS})
_ENDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_ENDS_P, frozenset({"p"})),
    **dict.fromkeys(_CELLS, _CELLS),
    **dict.fromkeys(("thead", "tbody", "tfoot"), _GROUPS),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    "tr": _ROWS,
    "li": frozenset({"li"}),
    "option": frozenset({"option"}),
    "optgroup": frozenset({"option", "optgroup"}),
    "body": frozenset({"head"}),
}
_FOREIGN = frozenset({"svg", "math"})
_BOOLEAN = names_of(
    """
    allowfullscreen async autofocus autoplay checked controls default defer disabled formnovalidate inert ismap
    itemscope loop multiple muted nomodule novalidate open playsinline readonly required reversed selected
    """
)

_ADDRESSES = names_of("action cite data formaction href longdesc manifest poster src")


def read_html(text: str) -> HtmlElement:
    """What stands at the top of a page or of a part of one; an end tag that ends nothing is an element ``/name``.

    Raises: NotElementsError: beyond the bounds of markup, or tags whose attributes can't be distinguished.
    """
    if len(text) > MAX_MARKUP_BYTES:
        raise NotElementsError
    builder = _Builder()
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match["text"] is not None:
            builder.add(_decoded(match["text"]))
        elif match["name"] is None:
            builder.aside(match)
        elif match["end"]:
            builder.end(match["name"].lower())
        else:
            at = builder.start(match, text)
    return builder.whole()


@dataclass(slots=True)
class _Open:
    """An element whose end has not come; ``keep``: whether white space counts in it."""

    name: str
    attributes: dict[str, Value]
    keep: bool = False
    children: list[Value] = field(default_factory=list)


class _Builder:
    def __init__(self) -> None:
        self._stack = [_Open("", {})]
        self._nodes = 0

    def add(self, item: Value) -> None:
        """A text, a comment or an element that is complete; texts side by side are one."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise NotElementsError
        children = self._stack[-1].children
        if isinstance(item, str) and children and isinstance(children[-1], str):
            children[-1] += item
        else:
            children.append(item)

    def start(self, match: re.Match[str], text: str) -> int:
        """Takes a start tag, and where it is of raw text that text; returns where the next token begins."""
        name, written = match["name"].lower(), match["attributes"]
        _check_ended(match[0])
        while self._stack[-1].name in _ENDS.get(name, ()):
            self._pop()
        attributes = _attributes(written)
        if name.endswith("()"):
            raise NotElementsError  # that is how comments are named here
        is_foreign = name in _FOREIGN or self._in_foreign()
        is_closed = written.endswith("/") and is_foreign
        if name in VOID or is_closed:
            self.add(HtmlElement(name, (), attributes))
            return match.end()
        if raw := _RAW.get(name):
            ended = raw.search(text, match.end())
            end = len(text) if ended is None else ended.start()
            inside = text[match.end() : end]
            shown = _decoded(inside) if name in _WITH_REFERENCES and not is_foreign else inside
            self.add(HtmlElement(name, (shown,) if shown else (), attributes))
            closing = _TOKEN.match(text, end)
            if name == _SCRIPT:
                _check_ended("" if closing is None else closing[0])
            return end if closing is None else closing.end()
        if len(self._stack) > MAX_DEPTH:
            raise NotElementsError
        self._stack.append(_Open(name, attributes, keep=self._stack[-1].keep or _keeps_all(name, attributes)))
        return match.end()

    def aside(self, match: re.Match[str]) -> None:
        """Takes a comment, a doctype, or another declaration. Raises: NotElementsError: what is text in an image."""
        if str(match["declaration"]).startswith("![CDATA[") and self._in_foreign():
            raise NotElementsError
        self.add(_aside(match))

    def _in_foreign(self) -> bool:
        return any(item.name in _FOREIGN for item in self._stack)

    def end(self, name: str) -> None:
        """Takes an end tag: what it ends ends, and where it also cuts off another element, that can be seen."""
        if self._stack[-1].name == name:
            self._pop()
            return
        at = next((index for index in range(len(self._stack) - 1, 0, -1) if self._stack[index].name == name), None)
        if at is None or any(item.name not in _ENDS_ITSELF for item in self._stack[at + 1 :]):
            self.add(HtmlElement(f"/{name}"))
        while at is not None and len(self._stack) > at:
            self._pop()

    def whole(self) -> HtmlElement:
        """The document; what is open ends here."""
        while len(self._stack) > 1:
            self._pop()
        return _closed(self._stack[0])

    def _pop(self) -> None:
        done = self._stack.pop()
        self.add(_closed(done))


def _check_ended(tag: str) -> None:
    """Raises: NotElementsError: a tag without its end: a browser drops what it began, and never runs such a script."""
    if not tag.endswith(">"):
        raise NotElementsError


def _keeps_all(name: str, attributes: dict[str, Value]) -> bool:
    return keeps_all(name) or "white-space" in str(attributes.get(f"{ATTRIBUTE}style", ""))


def _closed(done: _Open) -> HtmlElement:
    children = in_html(done.name, done.children, laid_out_as, keep=done.keep)
    return HtmlElement(done.name, children, done.attributes)


def _aside(match: re.Match[str]) -> HtmlElement:
    """A comment, a doctype, or another declaration."""
    declaration = match["declaration"]
    if declaration is None:
        return HtmlElement(COMMENT, (match["comment"] or "",))
    words = declaration.split()
    if words[0].lower() == "!doctype":
        return HtmlElement(DOCTYPE, (" ".join(words[1:]).lower(),))
    return HtmlElement(INSTRUCTION, (declaration,))


def _attributes(written: str) -> dict[str, Value]:
    if not written:
        return {}
    pairs: list[tuple[str, Value]] = []
    for match in _ATTRIBUTE.finditer(written):
        if match[1] is None:
            raise NotElementsError  # a quote that opens nothing
        name, value = match[1].lower(), match[2] or ""
        plain = _decoded(value[1:-1] if value[:1] in {"'", '"'} else value)
        pairs.append((f"{ATTRIBUTE}{name}", _attribute(name, plain)))
    found = dict(pairs)
    return found if len(found) == len(pairs) else keep_repeated(pairs)


def _attribute(name: str, plain: str) -> Value:
    """The value of an attribute by its kind."""
    if name in _BOOLEAN and plain.lower() == name:
        return ""
    if name == "class":
        return word_set(plain)
    return Url(plain) if name in _ADDRESSES else Text(plain)


def _decoded(text: str) -> str:
    """Character references as characters; one without its semicolon stays as it is written."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    """What a reference stands for; of a name that only begins as one readers make different texts."""
    return unescape(match[0]) if match[0][1] == "#" or match[0][1:] in html5 else match[0]
