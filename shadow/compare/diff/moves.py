"""What stands elsewhere in a list of another order, as a person knows it: by its key where it has one. Pure."""

from collections.abc import Sequence

from crossfade.shadow.compare.diff.keys import Key, stable_key
from crossfade.shadow.compare.diff.leaves import Path, field_at
from crossfade.shadow.exchange.difference import Move, Moves, Value

MOST_TOLD = 5
"""So many moves are told one by one."""
_List = tuple[Value, ...]


def moves_of(legacy: _List, candidate: _List, moved: Sequence[tuple[int, int]], configured: Key | None) -> Moves:
    """The moves of these pairs of indexes, of which there is at least one."""
    key = configured or _key_of(legacy, candidate, moved)
    told = tuple(Move(_named(legacy[one], key), one, two) for one, two in moved[:MOST_TOLD])
    return Moves(told, len(moved))


def _key_of(legacy: _List, candidate: _List, moved: Sequence[tuple[int, int]]) -> Key | None:
    ours = {one: legacy[one] for one, _ in moved}
    return stable_key(ours, {two: candidate[two] for _, two in moved})


def _named(item: Value, key: Key | None) -> Value:
    if key is None or key.of(item) is None:
        return item
    named: dict[str, Value] = {}
    for path in key.paths:
        _put(named, path, field_at(item, path))
    return named


def _put(found: dict[str, Value], path: Path, value: Value) -> None:
    for name in path[:-1]:
        inner = found.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        found = inner
    found[path[-1]] = value
