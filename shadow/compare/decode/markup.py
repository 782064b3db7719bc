"""Elements, as XML and HTML have them, and within which bounds they are read; beyond those markup stays text."""

import re
from collections.abc import Iterable, Mapping

from crossfade.shadow.compare.decode.names import names_of
from crossfade.shadow.compare.decode.texts import Text
from crossfade.shadow.exchange.difference import Value

MAX_MARKUP_BYTES = 4_194_304
MAX_NODES = 200_000
MAX_DEPTH = 100
"""Markup that is longer, has more elements or is nested deeper is compared as text."""

NAME, CHILDREN, ATTRIBUTE = "#name", "#children", "@"
COMMENT, DOCTYPE, INSTRUCTION, TEXT = "comment()", "doctype()", "processing-instruction()", "text()"
VOID = names_of("area base br col embed hr img input link meta param source track wbr")
"""Elements of HTML that have no end tag (WHATWG HTML 13.1.2)."""
_LAYOUT = re.compile("display|position|float", re.IGNORECASE)
XHTML = "{http://www.w3.org/1999/xhtml}"


class Element(dict[str, Value]):
    """An element: ``#name`` (in XML with its namespace), ``@NAME`` for each attribute, ``#children`` in their order.

    A comment, a doctype and a processing instruction are elements too, whose names end in ``()``.
    """

    def __init__(
        self, name: str, children: Iterable[Value] = (), attributes: Mapping[str, Value] | None = None
    ) -> None:
        texts = (Text(item) if type(item) is str else item for item in children)
        super().__init__({NAME: name, **(attributes or {}), CHILDREN: tuple(texts)})

    @property
    def name(self) -> str:
        """The name, with its namespace in braces."""
        return str(self[NAME])

    @property
    def children(self) -> tuple[Value, ...]:
        """Texts and elements."""
        found = self[CHILDREN]
        return found if isinstance(found, tuple) else ()

    @property
    def attributes(self) -> dict[str, Value]:
        """Values by ``@NAME``."""
        return {key: value for key, value in self.items() if key[:1] == ATTRIBUTE}

    @property
    def is_html(self) -> bool:
        """Whether it is laid out as HTML, so that two of one name are seldom alike."""
        return self.name.startswith(XHTML)


class HtmlElement(Element):
    """An element of an HTML text, whose name has no namespace."""

    @property
    def is_html(self) -> bool:
        """Always."""
        return True


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def laid_out_as(item: Value) -> str | None:
    """The name by which blanks beside an element are judged, None for a text.

    One that its own attributes hide or lay out in another way is taken for a box in a line: then blanks count.
    """
    if not isinstance(item, Element):
        return None
    is_other = "@hidden" in item or _LAYOUT.search(str(item.get("@style", "")))
    return "span" if is_other else local_name(item.name)


class NotElementsError(Exception):
    """Markup that elements don't express as a whole."""
