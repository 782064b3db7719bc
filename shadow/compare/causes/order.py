"""Lists with the same elements in another order (groups C and E)."""

import re
import uuid
from collections.abc import Iterator

from crossfade.shadow.compare.causes.rule import Rule, first_cause
from crossfade.shadow.exchange.difference import Value

List = tuple[Value, ...]
Keys = list[str]

_MAX_ELEMENTS = 300
_MAX_FIELDS = 8
_MIN_SORTED = 4
"""Four elements stand sorted in both of two orders by chance once in 576 times."""
_MIN_HASHED = 6
"""Six elements stand in the order of one of two table sizes by chance once in 360 times."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_SMALLEST_TABLE = 16


def order_cause(ours: List, theirs: List) -> str:
    """The cause of two orders of the same elements, or ""; lists of more than 300 are not explained."""
    return next((cause for one, two in _columns(ours, theirs) if (cause := first_cause(ORDER_RULES, one, two))), "")


def _columns(ours: List, theirs: List) -> Iterator[tuple[Keys, Keys]]:
    """The texts by which the elements may be sorted: the elements themselves, or a field that all of them have."""
    if not len(ours) == len(theirs) <= _MAX_ELEMENTS or not ours:
        return
    for name in _names(ours[0]):
        one, two = _column(ours, name), _column(theirs, name)
        if one is not None and two is not None and one != two and sorted(one) == sorted(two):
            yield one, two


def _names(first: Value) -> list[str | None]:
    if not isinstance(first, dict):
        return [None]
    return [name for name, _ in zip(first, range(_MAX_FIELDS), strict=False)]


def _column(values: List, name: str | None) -> Keys | None:
    found = []
    for value in values:
        item = value if name is None else value.get(name) if isinstance(value, dict) else None
        if not isinstance(item, str):
            return None
        found.append(item)
    return found


def _utf16_units(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _sorted_by_units(ours: Keys, theirs: Keys) -> bool:
    """Legacy by code point, the candidate by UTF-16 unit: the two orders differ for rare characters only."""
    return ours == sorted(ours) and theirs == sorted(theirs, key=_utf16_units)


def _sorted_without_case(ours: Keys, theirs: Keys) -> bool:
    """Legacy with capitals first, the candidate as String.CASE_INSENSITIVE_ORDER has them."""
    if len(ours) < _MIN_SORTED or ours != sorted(ours):
        return False
    return theirs == sorted(ours, key=lambda text: [char.upper().lower() for char in text])


def _signed_uuids(ours: Keys, theirs: Keys) -> bool:
    """Legacy as unsigned numbers, the candidate as two signed halves."""
    if len(ours) < _MIN_SORTED or ours != sorted(ours) or not all(_UUID.fullmatch(text) for text in ours):
        return False
    return theirs == sorted(ours, key=_signed_halves)


def _signed_halves(text: str) -> tuple[int, int]:
    raw = uuid.UUID(text).bytes
    return int.from_bytes(raw[:8], "big", signed=True), int.from_bytes(raw[8:], "big", signed=True)


def _hash_map(ours: Keys, theirs: Keys) -> bool:
    """Legacy's keys as a HashMap returns them that was filled in legacy's order, at its own size or the next."""
    if len(ours) < _MIN_HASHED or len(set(ours)) != len(ours):
        return False
    table = _SMALLEST_TABLE
    while len(ours) > table * 3 // 4:  # HashMap's load factor
        table *= 2
    hashes = {text: _spread(text) for text in ours}
    return any(theirs == sorted(ours, key=lambda text: hashes[text] & (size - 1)) for size in (table, table * 2))


def _spread(text: str) -> int:
    """String.hashCode, mixed as HashMap mixes it (java.util.HashMap.hash)."""
    units = _utf16_units(text)
    code = 0
    for index in range(0, len(units), 2):
        code = (31 * code + int.from_bytes(units[index : index + 2], "big")) & 0xFFFFFFFF
    return code ^ (code >> 16)


ORDER_RULES: tuple[Rule[Keys, Keys], ...] = (
    Rule(cause="C4", fits=_sorted_by_units),
    Rule(cause="E14", fits=_signed_uuids),
    Rule(cause="C5", fits=_sorted_without_case),
    Rule(cause="E1", fits=_hash_map),
)
