"""Names of places in XML and HTML, as XPath writes them: ``html/body/form/input[2]/@value``."""

from collections import Counter
from collections.abc import Callable

from crossfade.shadow.compare.decode.markup import TEXT, Element, local_name
from crossfade.shadow.compare.diff.paths import MAX_NAME_CHARS, MAX_NUMBERED, Place, generic_name
from crossfade.shadow.exchange.difference import Value

# Of these each is one of a list, however few there are.
_LISTED = frozenset({"tr", "li", "option", "dt", "dd", "article", "optgroup"})
_NAMING = ("@name", "@key", "@id", "@property", "@itemprop", "@type")


def attribute_place(place: Place, key: str, owner: str) -> Place:
    """The place of an attribute; ``key`` is its name behind an @."""
    name = f"@{local_name(key.removeprefix('@'))}"
    return place.step(name, name, owner)


def owner_of(element: Element) -> str:
    """What an element itself names its value by: its name, key, id or type, each as far as it is one."""
    return " ".join(str(element[key])[:MAX_NAME_CHARS] for key in _NAMING if key in element)


def child_places(place: Place, parent: Element, owner: str) -> Callable[[int], Place]:
    """Gives the place of a child by its index.

    The second ``input`` is ``input[2]``. The template keeps the number in HTML, where the fields of one form are not
    alike, unless the child is one of a list: a row, an item, one of more than eight. In XML all of one name are alike.
    """
    names = [_name(child) for child in parent.children]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    numbers = []
    for name in names:
        seen[name] += 1
        numbers.append(seen[name])

    def at(index: int) -> Place:
        name, number = names[index], numbers[index]
        path = name if number == 1 else f"{name}[{number}]"
        alike = not parent.is_html or name in _LISTED or counts[name] > MAX_NUMBERED
        return place.step(path, generic_name(name) if alike else path, owner)

    return at


def _name(child: Value) -> str:
    return local_name(child.name) if isinstance(child, Element) else TEXT
