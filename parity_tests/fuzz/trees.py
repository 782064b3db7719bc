"""Inputs of calls as they are drawn: values, and references to what an earlier answer will hold. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Key = tuple[str, str]
"""What a value is called: the entity it belongs to, "" where that does not matter, and its name."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The ``pick``-th value called ``key`` in the answer of the operation ``producer`` before this call."""

    producer: str
    key: Key
    pick: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A message or an object: its fields by name, those that are not set left out."""

    items: tuple[tuple[str, "Node"], ...] = ()

    def get(self, name: str) -> "Node":
        """The value of a field, None where it is not set."""
        return next((value for key, value in self.items if key == name), None)

    def with_field(self, name: str, value: "Node") -> "Fields":
        """The same with another value in this field; None takes the field away."""
        kept = tuple(item for item in self.items if item[0] != name)
        return Fields(kept if value is None else (*kept, (name, value)))


@dataclass(frozen=True, slots=True)
class Entries:
    """A map: its entries, no key twice."""

    items: tuple[tuple["Leaf", "Node"], ...]


Leaf = None | bool | int | float | str | bytes | Ref
Node = Leaf | Fields | Entries | tuple["Node", ...]
Resolve = Callable[[Ref], "Leaf"]
"""Gives the value of a reference, None where the answer had none."""


def leaves(node: Node) -> Iterator[Leaf]:
    """All values of a tree, references too; an empty message, map or list that is set is one value."""
    match node:
        case Fields(items) | Entries(items) if items:
            for _, value in items:
                yield from leaves(value)
        case tuple() if node:
            for value in node:
                yield from leaves(value)
        case Fields() | Entries() | tuple():
            yield None
        case _:
            yield node


def count_set(fields: Fields) -> int:
    """How many values are set."""
    return sum(1 for _ in leaves(fields)) if fields.items else 0


def refs(node: Node) -> Iterator[Ref]:
    """All references of a tree."""
    return (leaf for leaf in leaves(node) if isinstance(leaf, Ref))
