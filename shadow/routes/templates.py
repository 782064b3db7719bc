"""HTTP templates such as ``GET /builds/{id}``, found by path: literal segments before parameters. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Node:
    """One segment of the templates that begin alike; ``name`` where one ends here."""

    literal: "dict[str, _Node]" = field(default_factory=dict)
    parameter: "_Node | None" = None
    name: str | None = None


class Templates:
    """Templates by method; of two with one shape the first counts."""

    def __init__(self, templates: Iterable[str]) -> None:
        """Each is ``METHOD /path/{name}``; a parameter is a whole segment."""
        self._roots: dict[str, _Node] = {}
        for template in templates:
            method, _, path = template.partition(" ")
            node = self._roots.setdefault(method, _Node())
            for part in split_path(path):
                node = _child(node, part)
            node.name = node.name or f"/{'/'.join(split_path(path))}"

    def find(self, method: str, path: str) -> str | None:
        """The path of the template that a path belongs to, None where it belongs to none.

        No node is looked at twice, so no path takes longer than the templates are many.
        """
        segments = split_path(path)
        root = self._roots.get(method)
        waiting = [] if root is None else [(root, 0)]
        while waiting:
            node, at = waiting.pop()
            if at < len(segments):
                waiting += _below(node, segments[at], at + 1)
            elif node.name is not None:
                return node.name
        return None


def split_path(path: str) -> tuple[str, ...]:
    """The segments of a path."""
    return tuple(path.removeprefix("/").split("/"))


def is_parameter(part: str) -> bool:
    """Whether a segment of a template stands for any that is not empty."""
    return part.startswith("{") and part.endswith("}")


def _child(node: _Node, part: str) -> _Node:
    if not is_parameter(part):
        return node.literal.setdefault(part, _Node())
    if node.parameter is None:
        node.parameter = _Node()
    return node.parameter


def _below(node: _Node, part: str, at: int) -> Iterator[tuple[_Node, int]]:
    """Where a path may go on; the last of them is tried first."""
    if node.parameter is not None and part:
        yield node.parameter, at
    if (literal := node.literal.get(part)) is not None:
        yield literal, at
