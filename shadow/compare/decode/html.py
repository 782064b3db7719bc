"""HTML as elements, as a browser reads it (WHATWG HTML 13.2)."""

import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crossfade.shadow.compare.decode.markup import (
    ATTRIBUTE,
    COMMENT,
    DOCTYPE,
    MAX_DEPTH,
    MAX_MARKUP_BYTES,
    MAX_NODES,
    HtmlElement,
    NotElementsError,
)
from crossfade.shadow.compare.decode.whitespace import in_html, keeps_all
from crossfade.shadow.compare.difference import Value

_TAG = re.compile(
    r"<!--[\s\S]*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes|noscript|plaintext)(?=[\s/>])[^>]*>"
    r"[\s\S]*?(?:</(?P=raw)(?=[\s/>])|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*)(?:[^>\"'=]|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[=\"'])*+>?",
    re.IGNORECASE,
)
_DOCTYPE = re.compile(r"\A\s*+(?:(?><!--[\s\S]*?-->)\s*+)*+<!doctype\s+([^>]*)>", re.IGNORECASE)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_ENDS_ITSELF = frozenset("p li dt dd tr td th thead tbody tfoot option optgroup rp rt colgroup".split())
_FORMATS = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # WHATWG HTML 13.2.4.3
_MAX_STEPS = 20_000_000
_MAX_COPIES = 1_000_000
"""The parser looks back through open elements, and opens formats again in each block: what a hostile page could cost."""


def read_html(text: str) -> HtmlElement:
    """A document at whose top stand comments, the doctype and ``html``.

    Raises: NotElementsError: beyond the bounds of markup, or a tag stands where a browser drops it (as in a part of a
    table), so that another text may be read as the same.
    """
    if len(text) > MAX_MARKUP_BYTES or "\0" in text:
        raise NotElementsError
    tags = _tags(text)
    try:
        root = LexborHTMLParser(text.encode()).root
    except UnicodeEncodeError:
        raise NotElementsError from None
    top = None if root is None else root.parent
    if top is None:
        raise NotElementsError
    reader = _HtmlReader()
    children = list(reader.children(top, "", 0, keep=False))
    if any(number > reader.names[name] for name, number in tags.items()):
        raise NotElementsError
    return HtmlElement("", (*_doctype(text), *children))


def _doctype(text: str) -> tuple[HtmlElement, ...]:
    match = _DOCTYPE.match(text)
    return () if match is None else (HtmlElement(DOCTYPE, (" ".join(match[1].split()).lower(),)),)


def _tags(text: str) -> Counter[str]:
    """How often each element begins in the text. Raises: NotElementsError: reading it may take too long."""
    found: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    depth = deepest = formats = most_formats = 0
    for match in _TAG.finditer(text):
        name = (match["name"] or match["raw"] or "").lower()
        if not name:
            continue
        found[name] += not match["end"]
        if name in _VOID or name in _ENDS_ITSELF or match["raw"]:
            continue
        if match["end"] and not opened[name]:
            continue
        step = -1 if match["end"] else 1
        opened[name] += step
        depth, deepest = depth + step, max(deepest, depth + step)
        if name in _FORMATS:
            formats, most_formats = formats + step, max(most_formats, formats + step)
    if deepest * found.total() > _MAX_STEPS or most_formats * found.total() > _MAX_COPIES:
        raise NotElementsError
    return found


class _HtmlReader:
    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self._nodes = 0

    def children(self, parent: LexborNode, name: str, depth: int, *, keep: bool) -> Iterator[Value]:
        """``keep``: whether white space counts (pre)."""
        if depth > MAX_DEPTH:
            raise NotElementsError
        inside: list[Value] = []
        node = parent.first_child
        while node is not None:
            self._nodes += 1
            if self._nodes > MAX_NODES:
                raise NotElementsError
            if node.is_text_node:
                inside.append(node.text_content or "")
            elif node.is_comment_node:
                inside.append(HtmlElement(COMMENT, ((node.html or "").removeprefix("<!--").removesuffix("-->"),)))
            elif node.is_element_node:
                inside.append(self._element(node, depth, keep=keep))
            node = node.next
        yield from in_html(name, inside, _name, keep=keep)

    def _element(self, node: LexborNode, depth: int, *, keep: bool) -> HtmlElement:
        name = node.tag or ""
        self.names[name.lower()] += 1
        attributes: dict[str, Value] = {f"{ATTRIBUTE}{key}": value or "" for key, value in node.attributes.items()}
        if name == "template":
            text = node.inner_html or ""  # its content is another document, which is not shown
            self.names += _tags(text)
            return HtmlElement(name, (text,), attributes)
        return HtmlElement(name, self.children(node, name, depth + 1, keep=keep or keeps_all(name)), attributes)


def _name(item: Value) -> str | None:
    return item.name if isinstance(item, HtmlElement) else None
