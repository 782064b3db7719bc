"""Which white space between elements has no meaning: indentation in XML, and in HTML what no browser shows."""

from collections.abc import Callable, Iterable, Iterator

from crossfade.shadow.compare.decode.names import names_of
from crossfade.shadow.exchange.difference import Value

_BLANKS = " \t\r\n\f"
NameOf = Callable[[Value], str | None]
"""The name of an element, None for a text."""

# HTML 15.3, the user agent style sheet: what is laid out in blocks, and what is not shown
_BLOCKS = names_of(
    """
    address article aside blockquote body br caption center col colgroup dd details dir div dl dt fieldset
    figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav
    ol optgroup option p plaintext pre search section summary table tbody td tfoot th thead tr ul xmp
    """
) | {""}  # and the edge of it all
_NOT_SHOWN = names_of("base link meta script style template title comment() doctype()")
# Between whose children no text is ever shown
_ONLY_ELEMENTS = names_of("colgroup datalist frameset head html optgroup picture select table tbody tfoot thead tr")
_EXACT = names_of("listing plaintext pre script style textarea title xmp")


def in_xml(children: list[Value]) -> Iterable[Value]:
    """The children of an element without its indentation: blanks with a line end, where there is no other text.

    Blanks in one line may be all that is between two words, and stay.
    """
    if len(children) <= 1:  # a text alone is one, whatever is in it
        return children
    texts = [item for item in children if isinstance(item, str)]
    if len(texts) == len(children) or any(text.strip(_BLANKS) for text in texts):
        return children
    return [item for item in children if not isinstance(item, str) or "\n" not in item]


def keeps_all(name: str) -> bool:
    """Whether every blank in an HTML element counts, and in all below it."""
    return name in _EXACT


def in_html(name: str, children: list[Value], name_of: NameOf, *, keep: bool) -> Iterable[Value]:
    """The children of an HTML element ``name`` without blanks that no browser shows (CSS 2 16.6.1).

    Texts with more than blanks stay as they are; blanks between two words or boxes of one line are one blank.
    """
    if keep or name in _EXACT or not any(isinstance(item, str) and not item.strip(_BLANKS) for item in children):
        return children
    return list(_shown(name, children, name_of))


def _shown(name: str, children: list[Value], name_of: NameOf) -> Iterator[Value]:
    after = _neighbours(name, reversed(children), name_of)[::-1]
    before = _neighbours(name, iter(children), name_of)
    for index, item in enumerate(children):
        if not isinstance(item, str) or item.strip(_BLANKS):
            yield item
        elif name not in _ONLY_ELEMENTS and not before[index] and not after[index]:
            yield " "


def _neighbours(name: str, children: Iterable[Value], name_of: NameOf) -> list[bool]:
    """For each child whether what is shown before it ends a line: a block, or the edge of one."""
    ends_line, found = name in _BLOCKS, []
    for item in children:
        found.append(ends_line)
        shown = name_of(item)
        if shown is None:
            ends_line = ends_line and not (isinstance(item, str) and item.strip(_BLANKS))
        elif shown not in _NOT_SHOWN:
            ends_line = shown in _BLOCKS
    return found
