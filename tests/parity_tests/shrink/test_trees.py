"""Drops parts of trees."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.shrink.trees import Node, depth_of, smallest


def names(node: Node) -> set[str]:
    """All names in a tree."""
    return {node.name}.union(*map(names, node.children)) if node.children else {node.name}


def numbered(shape: Any, count: list[int]) -> Node:
    """A tree of a shape whose parts are numbered."""
    count[0] += 1
    name = str(count[0])
    return Node(name=name, children=tuple(numbered(item, count) for item in shape), value=count[0])


SHAPES = st.recursive(st.just(()), lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=30)


def nothing(_: Any) -> bool:
    """Keeps no value."""
    return False


@given(shape=SHAPES, wanted=st.sets(st.integers(1, 30), max_size=3))
def test_what_is_needed_is_left(drive: Any, shape: Any, wanted: set[int]) -> None:
    """Left are the parts that are needed, and those in which they are."""
    root = numbered(shape, [0])
    needed = {str(name) for name in wanted} & names(root)
    found = drive(smallest(root, nothing), lambda tree: needed <= names(tree))
    left = names(found.result)
    assert needed <= left
    assert left - {"1"} == around(found.result, needed) - {"1"}
    assert all(tree_size(tree) <= tree_size(root) for tree in found.tried)


def around(node: Node, needed: set[str]) -> set[str]:
    """The names of parts that are needed or have such a part within them."""
    return {name for part in parts(node) if names(part) & needed for name in [part.name]}


def parts(node: Node) -> list[Node]:
    """All parts of a tree."""
    return [node, *(part for child in node.children for part in parts(child))]


def tree_size(node: Node) -> int:
    """How many parts it has."""
    return len(parts(node))


def test_values_become_plainer(drive: Any) -> None:
    """But for those that are kept."""
    root = Node(name="", children=(Node(name="a", value=500), Node(name="b", value=700)))
    found = drive(smallest(root, lambda value: value == 700), lambda tree: len(tree.children) == 2)
    assert [child.value for child in found.result.children] == [0, 700]


def test_fixed_parts_stay(drive: Any) -> None:
    """What is in them goes."""
    inner = Node(name="b", fixed=True, children=(Node(name="c"), Node(name="d")))
    found = drive(smallest(Node(name="a", children=(inner, Node(name="e"))), nothing), lambda _: True)
    assert names(found.result) == {"a", "b"}


def test_two_of_216_leaves(drive: Any) -> None:
    """They are found in far fewer tries than there are leaves."""
    shape = tuple(tuple(((),) * 6 for _ in range(6)) for _ in range(6))
    root = numbered(shape, [0])
    assert root.leaves == 216
    assert depth_of(root) == 3
    leaves = [part.name for part in parts(root) if not part.children]
    needed = {leaves[20], leaves[190]}
    found = drive(smallest(root, lambda _: True), lambda tree: needed <= names(tree))
    assert found.result.leaves == 2
    assert len(found.tried) < 108
