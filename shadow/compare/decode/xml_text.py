"""XML as elements, without loss: what the structure can't express stays text."""

import codecs
import re
from collections.abc import Iterator

from lxml import etree

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.markup import (
    ATTRIBUTE,
    COMMENT,
    DOCTYPE,
    INSTRUCTION,
    MAX_DEPTH,
    MAX_MARKUP_BYTES,
    MAX_NODES,
    XHTML,
    Element,
    NotElementsError,
    laid_out_as,
)
from crossfade.shadow.compare.decode.media import decode_text
from crossfade.shadow.compare.decode.texts import Marked, Text
from crossfade.shadow.compare.decode.whitespace import in_html, in_xml, keeps_all
from crossfade.shadow.exchange.difference import Value

_MAX_BINDINGS = 1_000_000
_MAX_ATTRIBUTES = 1000
_ASSIGNED = re.compile(r"=\s*+[\"']")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SVG_TEXT = "{http://www.w3.org/2000/svg}text"
_BLANKS = " \t\r\n"
_DECLARATION = re.compile(r"\s*<\?xml(?=\s)([^>]{0,200}?)\?>")
_ENCODING = re.compile(rb"^[\s\0]{0,9}<\?xml[^>]{0,150}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']")
_VERSION = re.compile(r"\sversion\s*=\s*[\"']1\.0[\"']")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What declares more than elements; entities would be expanded, attributes filled in.
_DECLARES = re.compile(r"<!(?:ENTITY|ATTLIST|NOTATION)|<!DOCTYPE[^<>\[]*\[")
_PREFIX = re.compile(r"([A-Za-z_][\w.-]{0,99}+):")


def read_xml(body: bytes, charset: str | None) -> Element:
    """A document at whose top stand comments, instructions, the doctype and the root.

    Names are compared with their namespaces, prefixes have no meaning; entities and what is outside are never read.
    Raises: NotElementsError: not well formed, beyond the bounds, or it declares entities or attributes of its own.
    """
    text = _xml_text(body, charset)
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        if not text.startswith("<?xml") or not _VERSION.search(declaration[1]):
            raise NotElementsError
        text = text[declaration.end() :]
    if len(body) > MAX_MARKUP_BYTES or _DECLARES.search(text) or _has_many_attributes(text):
        raise NotElementsError
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.strip(_BLANKS).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotElementsError from None
    tree = root.getroottree()
    top = [*reversed(list(root.itersiblings(preceding=True))), root, *root.itersiblings()]
    declared = str(tree.docinfo.doctype)  # type: ignore[union-attr] # its stub does not know it
    doctype = [Element(DOCTYPE, (declared,))] if declared else []
    reader = _XmlReader()
    return Element("", [*doctype, *(reader.node(node, 0, keep=False) for node in top)])


def _has_many_attributes(text: str) -> bool:
    """Whether one tag may have so many that reading it takes long: the parser's work grows with their square."""
    return any(
        part.count("=") > _MAX_ATTRIBUTES and len(_ASSIGNED.findall(part)) > _MAX_ATTRIBUTES for part in text.split("<")
    )


def _xml_text(body: bytes, charset: str | None) -> str:
    """By the byte order mark, the header field, the declaration, or as UTF-8 (RFC 7303 3, XML 1.0 appendix F).

    Where the header field and the declaration contradict each other, readers differ, and so it is not read here.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    declared = _ENCODING.match(body)
    encoding = declared[1].decode() if declared else "utf-8"
    try:
        text = decode_text(body, marked or charset or encoding)
        if (
            charset
            and declared
            and not marked
            and not body.isascii()
            and codecs.lookup(charset.strip()) != codecs.lookup(encoding)
        ):
            raise NotElementsError
    except (UndecodableError, LookupError):
        raise NotElementsError from None
    return text.removeprefix("\ufeff")


class _XmlReader:
    def __init__(self) -> None:
        self._nodes = 0
        self._bindings = 0

    def node(self, node: etree._Element, depth: int, *, keep: bool) -> Element:
        """``keep``: whether white space counts (xml:space)."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise NotElementsError
        if not isinstance(node.tag, str):
            return _aside(node)
        space = node.get(_SPACE)
        name = node.tag
        in_pre = name.startswith(XHTML) and keeps_all(name.removeprefix(XHTML))
        keep = (keep or in_pre or name == _SVG_TEXT) if space is None else space == "preserve"
        inside = list(self._children(node, depth, keep=keep))
        if name.startswith(XHTML):
            shown = in_html(name.removeprefix(XHTML), inside, laid_out_as, keep=keep)
        else:
            shown = inside if keep else in_xml(inside)
        attributes = {
            f"{ATTRIBUTE}{key!s}": self._attribute(key, str(value), node) for key, value in node.attrib.items()
        }
        return Element(name, shown, attributes)

    def _children(self, node: etree._Element, depth: int, *, keep: bool) -> Iterator[Value]:
        if node.text:
            yield self._bound(node.text, node)
        for child in node:
            yield self.node(child, depth + 1, keep=keep)
            if child.tail:
                yield self._bound(child.tail, node)

    def _attribute(self, key: object, value: str, node: etree._Element) -> Text | Marked:
        """A value; the name of a type without a prefix is one of the default namespace (XML Schema 1, 2.6.1)."""
        default = node.nsmap.get(None)
        if key == _TYPE and default and ":" not in value:
            return Marked(f"{value} {{{default}}}")
        return self._bound(value, node)

    def _bound(self, text: str, node: etree._Element) -> Text | Marked:
        """A text that may hold names with prefixes, and what these mean here: two prefixes may be one, or one two."""
        if ":" not in text or not (prefixes := dict.fromkeys(_PREFIX.findall(text))):
            return Text(text)
        known = node.nsmap
        self._bindings += len(known)
        if self._bindings > _MAX_BINDINGS:
            raise NotElementsError
        meanings = [f"{{{known[prefix]}}}" for prefix in prefixes if prefix in known]
        return Marked(" ".join([text, *meanings])) if meanings else Text(text)


def _aside(node: etree._Element) -> Element:
    """A comment, an instruction, or an entity that nobody declared."""
    kind: object = node.tag
    if kind is etree.Comment:
        return Element(COMMENT, (node.text or "",))
    if kind is etree.ProcessingInstruction:
        return Element(INSTRUCTION, (f"{node.target} {node.text or ''}",))  # type: ignore[attr-defined]
    return Element(node.text or "")
