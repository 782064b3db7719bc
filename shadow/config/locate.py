"""The line of a key in a TOML text: tomllib gives no positions, and an error message needs one."""

import re
from collections import Counter

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"']+)\s*=")

Location = tuple[str | int, ...]


def line_of(text: str, location: Location) -> int:
    """The 1-based line of the key at ``location``, or of the nearest table around it, else 1."""
    lines = _lines_by_location(text)
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return 1


def _lines_by_location(text: str) -> dict[Location, int]:
    found: dict[Location, int] = {}
    seen: Counter[str] = Counter()
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _table_location(header[2], seen, is_array=header[1] == "[[")
            found.setdefault(table, number)
            found.setdefault(tuple(part for part in table if isinstance(part, str)), number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *key[1].replace('"', "").replace("'", "").split(".")), number)
    return found


def _table_location(name: str, seen: Counter[str], *, is_array: bool) -> Location:
    """The location of a table header; an array's index counts the headers of that name before it."""
    parts = tuple(part.strip().strip("\"'") for part in name.split("."))
    location: list[str | int] = []
    for end, part in enumerate(parts, start=1):
        location.append(part)
        prefix = ".".join(parts[:end])
        is_last = end == len(parts)
        if is_last and is_array:
            seen[prefix] += 1
        if seen[prefix]:
            location.append(seen[prefix] - 1)
    return tuple(location)
