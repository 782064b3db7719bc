"""Trees of google.protobuf's well-known types, within the ranges that they have."""

from collections.abc import Callable, Mapping
from typing import Protocol as Interface

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.parity_tests.fuzz import hazards
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Node

_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799  # 0001-01-01 to 9999-12-31, timestamp.proto
_MAX_S = 315_576_000_000  # ten thousand years, duration.proto
_NANOS = 999_999_999
_DAY_S = 86_400
_DEPTH = 2
# before the epoch, ends of years and days of which the week counts to another year, a leap day, changes of the clock
_MOMENTS_S = (
    0,
    -1,
    1_704_067_199,
    1_703_894_400,
    1_709_208_000,
    1_699_162_200,
    1_711_846_800,
    2**31,
    _FIRST_S,
    _LAST_S,
)
_FRACTIONS = (0, 1, 1_000, 5_000_000, 120_000_000, 500_000_000, 123_456_789, _NANOS)
_PATHS = ("a", "a.b", "name", "b_c")
_SPANS_S = (0, 1, 59, 3_600, _DAY_S, 2 * _DAY_S + 7_384, 2**31, _MAX_S)


class Known(Interface):
    """What the types of messages are that an Any may hold here."""

    def any_message(self, draw: st.DrawFn) -> tuple[str, Fields] | None:
        """A message and its full name; None where there is none."""


def draw_well_known(draw: st.DrawFn, name: str, known: Known) -> Fields | None:
    """A message of a well-known type; None where ``name`` is none of them, and it is drawn as any message is."""
    package, _, kind = name.rpartition(".")
    if package != "google.protobuf":
        return None
    if kind == "Any":
        return _any(draw, known)
    drawn = _DRAWN.get(kind)
    return None if drawn is None else drawn(draw)


def _fields(**items: Node) -> Fields:
    return Fields(tuple(items.items()))


def _timestamp(draw: st.DrawFn) -> Fields:
    seconds = draw(st.one_of(st.sampled_from(_MOMENTS_S), st.integers(_FIRST_S, _LAST_S)))
    return _fields(seconds=seconds, nanos=draw(_nanos()))


def _duration(draw: st.DrawFn) -> Fields:
    """Both parts have one sign."""
    seconds = draw(st.one_of(st.sampled_from(_SPANS_S), st.integers(0, 3 * _DAY_S), st.integers(0, _MAX_S)))
    nanos = draw(_nanos()) if seconds < _MAX_S else 0
    sign = -1 if draw(st.booleans()) else 1
    return _fields(seconds=sign * seconds, nanos=sign * nanos)


def _nanos() -> SearchStrategy[int]:
    return st.one_of(st.sampled_from(_FRACTIONS), st.integers(0, _NANOS))


def _value(draw: st.DrawFn, depth: int = 0) -> Fields:
    kinds = ("null_value", "bool_value", "number_value", "string_value")
    kind = draw(st.sampled_from(kinds if depth >= _DEPTH else (*kinds, "list_value", "struct_value")))
    plain: Mapping[str, SearchStrategy[Node]] = {
        "null_value": st.just(0),
        "bool_value": st.booleans(),
        "number_value": hazards.floats(),
        "string_value": hazards.texts(),
    }
    if kind in plain:
        return Fields(((kind, draw(plain[kind])),))
    return Fields(((kind, (_list if kind == "list_value" else _struct)(draw, depth + 1)),))


def _list(draw: st.DrawFn, depth: int = 0) -> Fields:
    return _fields(values=tuple(_value(draw, depth + 1) for _ in range(draw(st.integers(0, 2)))))


def _struct(draw: st.DrawFn, depth: int = 0) -> Fields:
    names = draw(st.lists(hazards.texts(), max_size=2, unique=True))
    return _fields(fields=Entries(tuple((name, _value(draw, depth + 1)) for name in names)))


def _mask(draw: st.DrawFn) -> Fields:
    return _fields(paths=tuple(draw(st.lists(st.sampled_from(_PATHS), max_size=3, unique=True))))


def _any(draw: st.DrawFn, known: Known) -> Fields:
    """A message of the contract, packed; ``packed`` is no field of Any: whoever builds it writes ``value``."""
    found = known.any_message(draw) if draw(st.booleans()) else None
    if found is None:
        return Fields()
    name, fields = found
    return _fields(type_url=f"type.googleapis.com/{name}", packed=fields)


_DRAWN: Mapping[str, Callable[[st.DrawFn], Fields]] = {
    "Timestamp": _timestamp,
    "Duration": _duration,
    "Struct": _struct,
    "Value": _value,
    "ListValue": _list,
    "FieldMask": _mask,
}
