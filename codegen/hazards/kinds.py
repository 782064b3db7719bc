"""What is known of a value without running the code."""

from dataclasses import dataclass, replace
from enum import StrEnum

MAX_DEPTH = 3


class Sort(StrEnum):
    """The sort of a value. UNKNOWN may become known, MIXED is known to be several."""

    UNKNOWN = "unknown"
    MIXED = "mixed"
    NONE = "none"
    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    DECIMAL = "decimal"
    STR = "str"
    BYTES = "bytes"
    LIST = "list"
    TUPLE = "tuple"
    SET = "set"
    DICT = "dict"
    ITER = "iter"
    DATETIME = "datetime"
    DATE = "date"
    TIMEDELTA = "timedelta"
    UUID = "uuid"
    PATTERN = "pattern"
    MATCH = "match"
    MESSAGE = "message"
    ENUM = "enum"
    CONTEXT = "context"
    INSTANCE = "instance"
    CLASS = "class"
    FUNCTION = "function"
    MODULE = "module"
    EXTERNAL = "external"
    THING = "thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A value: its sort and what else is known.

    ``of`` is the kind of its elements (of a dict: its values), ``key`` that of a dict's keys, ``parts`` those of a
    tuple. ``ref`` names which: the message's type, a class or function of the folder, the dotted name of a thing from
    elsewhere, the proto type of a number, ``naive``, ``aware`` or ``zone`` of a time, ``matched`` of a text that a
    pattern has looked at. ``optional``: it may be None.
    """

    sort: Sort
    of: "Kind | None" = None
    key: "Kind | None" = None
    parts: "tuple[Kind, ...]" = ()
    ref: str = ""
    nonneg: bool = False
    optional: bool = False

    def element(self) -> "Kind":
        """What an iteration yields."""
        match self.sort:
            case Sort.DICT:
                return self.key or UNKNOWN
            case Sort.STR:
                return STR
            case Sort.BYTES:
                return NATURAL
            case Sort.TUPLE if self.parts:
                return join_all(self.parts)
        return self.of or UNKNOWN

    def maybe(self) -> "Kind":
        """The same, or None."""
        return replace(self, optional=True)


UNKNOWN = Kind(sort=Sort.UNKNOWN)
MIXED = Kind(sort=Sort.MIXED)
NONE = Kind(sort=Sort.NONE)
BOOL = Kind(sort=Sort.BOOL)
INT = Kind(sort=Sort.INT)
NATURAL = Kind(sort=Sort.INT, nonneg=True)
FLOAT = Kind(sort=Sort.FLOAT)
DECIMAL = Kind(sort=Sort.DECIMAL)
STR = Kind(sort=Sort.STR)
BYTES = Kind(sort=Sort.BYTES)
DATETIME = Kind(sort=Sort.DATETIME)
DATE = Kind(sort=Sort.DATE)
TIMEDELTA = Kind(sort=Sort.TIMEDELTA)

NUMBERS = frozenset({Sort.INT, Sort.FLOAT, Sort.BOOL, Sort.DECIMAL})
CONTAINERS = frozenset({Sort.LIST, Sort.TUPLE, Sort.SET, Sort.DICT})


def list_of(kind: Kind) -> Kind:
    """A list of these."""
    return Kind(sort=Sort.LIST, of=flat(kind))


def set_of(kind: Kind) -> Kind:
    """A set of these."""
    return Kind(sort=Sort.SET, of=flat(kind))


def iter_of(kind: Kind) -> Kind:
    """A generator, or another thing that can be iterated once."""
    return Kind(sort=Sort.ITER, of=flat(kind))


def dict_of(key: Kind, value: Kind) -> Kind:
    """A dict."""
    return Kind(sort=Sort.DICT, key=flat(key), of=flat(value))


def tuple_of(*parts: Kind) -> Kind:
    """A tuple of known length."""
    return Kind(sort=Sort.TUPLE, parts=tuple(flat(part) for part in parts[:16]))


def flat(kind: Kind, depth: int = MAX_DEPTH) -> Kind:
    """Without what lies deeper than anybody looks: a list of itself would grow in each round."""
    if kind.of is None and kind.key is None and not kind.parts:
        return kind
    if depth == 0:
        return replace(kind, of=None, key=None, parts=())
    return replace(
        kind,
        of=kind.of and flat(kind.of, depth - 1),
        key=kind.key and flat(kind.key, depth - 1),
        parts=tuple(flat(part, depth - 1) for part in kind.parts),
    )


def join(one: Kind, other: Kind) -> Kind:
    """What a value is that is one or the other. What is not known gives way to what is, but may be negative."""
    if one == other:
        return one
    if one.sort is other.sort:
        return _joined(one, other)
    if one.sort is Sort.NONE or other.sort is Sort.NONE:
        return (other if one.sort is Sort.NONE else one).maybe()
    if one.sort is Sort.UNKNOWN or other.sort is Sort.UNKNOWN:
        known = other if one.sort is Sort.UNKNOWN else one
        return replace(known, nonneg=False, optional=one.optional or other.optional)
    optional = one.optional or other.optional
    sorts = {one.sort, other.sort}
    if sorts <= {Sort.BOOL, Sort.INT, Sort.FLOAT}:
        return Kind(sort=Sort.FLOAT if Sort.FLOAT in sorts else Sort.INT, optional=optional)
    return replace(MIXED, optional=optional)


def _joined(one: Kind, other: Kind) -> Kind:
    parts: tuple[Kind, ...] = ()
    if len(one.parts) == len(other.parts):
        parts = tuple(join(first, second) for first, second in zip(one.parts, other.parts, strict=True))
    optional = one.optional or other.optional
    if one.ref and other.ref and one.ref != other.ref and one.sort in {Sort.INSTANCE, Sort.MESSAGE, Sort.THING}:
        return replace(MIXED, optional=optional)
    return Kind(
        sort=one.sort,
        of=join(one.of or UNKNOWN, other.of or UNKNOWN) if one.of or other.of else None,
        key=join(one.key or UNKNOWN, other.key or UNKNOWN) if one.key or other.key else None,
        parts=parts,
        ref=one.ref or other.ref if one.sort is not Sort.STR else one.ref if one.ref == other.ref else "",
        nonneg=one.nonneg and other.nonneg,
        optional=optional,
    )


def join_all(kinds: tuple[Kind, ...]) -> Kind:
    """What a value is that is one of these; UNKNOWN for none."""
    result = UNKNOWN
    for kind in kinds:
        result = join(result, kind)
    return result
