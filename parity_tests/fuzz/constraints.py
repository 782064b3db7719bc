"""What a contract declares of its fields by protovalidate (``buf.validate``), as strategies. Pure.

The options are read with the contract's own copy of validate.proto, so no library of protovalidate is needed. CEL
expressions are not read. Source: bufbuild/protovalidate, buf/validate/validate.proto.
"""

import re
from typing import Any, Literal

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz import hazards

_EXTENSION = 1159
_RULES = "buf.validate.FieldRules"
_ASCII = "abcdefghijklmnopqrstuvwxyz"
_MANY = 8
_FORMS: dict[str, SearchStrategy[str]] = {
    "email": st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.test", fullmatch=True),
    "uuid": st.uuids().map(str),
    "hostname": st.from_regex(r"[a-z]{1,8}\.test", fullmatch=True),
    "ip": st.ip_addresses().map(str),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "uri": st.from_regex(r"https://[a-z]{1,8}\.test/[a-z]{0,4}", fullmatch=True),
}


class Constraints:
    """The rules of a contract's fields."""

    def __init__(self, contract: Contract | None) -> None:
        self._kind = None if contract is None else contract.find_message(_RULES)

    def of(self, field: FieldDescriptor) -> Message | None:
        """The rules of a field, as ``buf.validate.FieldRules``; None where it has none."""
        options = field.GetOptions()
        if self._kind is None:
            return None
        held = options.SerializeToString()
        if not held:
            return None
        unknown = UnknownFieldSet(type(options).FromString(held))
        entries = (unknown[index] for index in range(len(unknown)))
        data = [bytes(entry.data) for entry in entries if entry.field_number == _EXTENSION]
        if not data:
            data = [value.SerializeToString() for known, value in options.ListFields() if known.number == _EXTENSION]
        return self._kind.FromString(b"".join(data)) if data else None


def is_required(rules: Message | None) -> bool:
    """Whether a field has to be set."""
    return rules is not None and bool(_get(rules, "required"))


def item_bounds(rules: Message | None) -> tuple[int, int]:
    """How many elements a list or a map may have; at most eight are drawn where nothing is declared."""
    of = _typed(rules)
    low = max(_get(of, "min_items") or 0, _get(of, "min_pairs") or 0)
    high = _get(of, "max_items") or _get(of, "max_pairs") or max(3, low)
    return low, min(high, max(low, _MANY))


def values(rules: Message | None, field: FieldDescriptor) -> SearchStrategy[Any] | None:
    """Values that the rules allow; None where they say nothing of this kind of field."""
    of = _typed(rules)
    if of is None or field.message_type is not None:
        return None
    if (const := _get(of, "const")) is not None:
        return st.just(const)
    if allowed := list(_get(of, "in") or ()):
        return st.sampled_from(allowed)
    return _ranged(of, field)


def _ranged(of: Message, field: FieldDescriptor) -> SearchStrategy[Any] | None:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return _text(of) if field.type == FieldDescriptor.TYPE_STRING else _bytes(of)
        case FieldDescriptor.CPPTYPE_FLOAT:
            return _float(of, 32)
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return _float(of, 64)
        case FieldDescriptor.CPPTYPE_BOOL | FieldDescriptor.CPPTYPE_ENUM:
            return None
    return _integer(of)


def _typed(rules: Message | None) -> Message | None:
    """The part of the rules that is about the field's type."""
    name = None if rules is None else rules.WhichOneof("type")
    return None if rules is None or name is None else getattr(rules, name)


def _get(rules: Message | None, name: str) -> Any:  # noqa: ANN401 - any scalar
    """A rule that is set, else None."""
    if rules is None or (field := rules.DESCRIPTOR.fields_by_name.get(name)) is None:
        return None
    return getattr(rules, name) if field.is_repeated or rules.HasField(name) else None


def _integer(of: Message) -> SearchStrategy[int] | None:
    low, high = _get(of, "gte"), _get(of, "lte")
    low = low if (above := _get(of, "gt")) is None else above + 1
    high = high if (below := _get(of, "lt")) is None else below - 1
    if low is None and high is None:
        return None
    bounds = [edge for edge in (low, high) if edge is not None]
    return (
        st.one_of(st.integers(low, high), st.sampled_from(bounds))
        if low is None or high is None or low <= high
        else None
    )


def _float(of: Message, width: Literal[32, 64]) -> SearchStrategy[float] | None:
    low = _get(of, "gte") if (above := _get(of, "gt")) is None else above
    high = _get(of, "lte") if (below := _get(of, "lt")) is None else below
    if low is None and high is None:
        return None
    return st.floats(
        low, high, width=width, exclude_min=above is not None, exclude_max=below is not None, allow_nan=False
    )


def _text(of: Message) -> SearchStrategy[str] | None:
    for name, form in _FORMS.items():
        if _get(of, name):
            return form
    if pattern := _get(of, "pattern"):
        try:
            return st.from_regex(re.compile(pattern))
        except re.error:  # RE2 has what Python does not
            return None
    low, high = _lengths(of)
    if low is None and high is None:
        return None
    low = low or 0
    most = low + _MANY if high is None else high
    fitting = [text for text in hazards.TEXTS if low <= len(text) <= most]
    plain = st.text(_ASCII, min_size=low, max_size=most)
    return (
        st.one_of(plain, st.sampled_from(fitting), st.text(_ASCII, min_size=most, max_size=most)) if fitting else plain
    )


def _bytes(of: Message) -> SearchStrategy[bytes] | None:
    low, high = _lengths(of)
    return None if low is None and high is None else st.binary(min_size=low or 0, max_size=high)


def _lengths(of: Message) -> tuple[int | None, int | None]:
    exact = _get(of, "len")
    return (exact, exact) if exact is not None else (_get(of, "min_len"), _get(of, "max_len"))
