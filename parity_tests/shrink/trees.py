"""A message as a tree of parts that can be dropped and values that can be made plainer. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce

from crossfade.parity_tests.shrink.scalars import plainer
from crossfade.parity_tests.shrink.subsets import Items, Reduction, fewest, mapped
from crossfade.shadow.exchange.difference import Scalar

Address = tuple[int, ...]
"""The way from the root: which child, then which of its children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a message. ``value`` is that of a leaf; ``form`` is what its writer has to know.

    ``fixed``: it can't be dropped itself, but what is in it can.
    """

    name: str
    children: tuple["Node", ...] = ()
    value: Scalar = None
    form: object = None
    fixed: bool = False

    @property
    def leaves(self) -> int:
        """How many parts without parts there are: of a list without elements, one."""
        return sum(child.leaves for child in self.children) if self.children else 1


def smallest(root: Node, keeps: Callable[[Scalar], bool]) -> Reduction[Node]:
    """The tree without all that is not needed, and with plainer values but for those that ``keeps`` names."""
    root = yield from _fewest_parts(root)
    for address in [address for address, node in _walk(root) if not node.children and not keeps(node.value)]:
        at = _WithValue(root, address)
        root = at.made((yield from mapped(plainer(at.value), at.made)))
    return root


def _fewest_parts(root: Node) -> Reduction[Node]:
    while True:
        before = root
        for depth in range(1, depth_of(root) + 1):
            root = yield from _level(root, depth)
        if root == before:
            return root


def _level(root: Node, depth: int) -> Reduction[Node]:
    """Drops parts of one depth, the biggest first."""
    parts = [(address, node) for address, node in _walk(root) if len(address) == depth and not node.fixed]
    parts.sort(key=lambda part: -part[1].leaves)
    everything = tuple(range(len(parts)))

    def without(kept: Items) -> Node:
        return _without(root, [parts[index][0] for index in set(everything).difference(kept)])

    return without((yield from mapped(fewest(everything), without)))


@dataclass(frozen=True, slots=True)
class _WithValue:
    """A tree with another value at one place."""

    root: Node
    address: Address

    @property
    def value(self) -> Scalar:
        return reduce(lambda node, index: node.children[index], self.address, self.root).value

    def made(self, value: Scalar) -> Node:
        return _with_value(self.root, self.address, value)


def depth_of(root: Node) -> int:
    """How many parts are within each other below it."""
    return max((1 + depth_of(child) for child in root.children), default=0)


def _walk(root: Node, address: Address = ()) -> Iterator[tuple[Address, Node]]:
    """All parts but the root."""
    for index, child in enumerate(root.children):
        yield (*address, index), child
        yield from _walk(child, (*address, index))


def _without(root: Node, dropped: list[Address]) -> Node:
    """The tree without parts of one depth."""
    if not dropped:
        return root
    below: dict[int, list[Address]] = {}
    for first, *rest in dropped:
        below.setdefault(first, []).append(tuple(rest))
    children = enumerate(root.children)
    kept = (_without(child, below.get(index, [])) for index, child in children if below.get(index) != [()])
    return replace(root, children=tuple(kept))


def _with_value(root: Node, address: Address, value: Scalar) -> Node:
    if not address:
        return replace(root, value=value)
    first, *rest = address
    child = _with_value(root.children[first], tuple(rest), value)
    return replace(root, children=(*root.children[:first], child, *root.children[first + 1 :]))
