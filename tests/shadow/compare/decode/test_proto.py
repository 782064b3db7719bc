"""A message keeps presence, unknown fields and every bit of a number."""

import contextlib
import math
import struct
import time
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import BytesValue
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.proto import (
    MAX_ANY_DEPTH,
    ProtoMap,
    ProtoMessage,
    decode_message,
    message_value,
    parse_message,
)

TYPE = "type.googleapis.com/"


def thing(contract: Contract, **values: Any) -> Any:
    """A t.v1.Thing."""
    return contract.message_class("t.v1.Thing")(**values)


def fields(contract: Contract, data: bytes, name: str = "t.v1.Thing") -> dict[str, Any]:
    """The value of serialised bytes."""
    value = decode_message(data, name, contract)
    assert isinstance(value, dict)
    return value


def test_an_empty_message(contract: Contract) -> None:
    """Fields without presence have their defaults, the others are not there."""
    value = fields(contract, b"")
    assert value == {
        "i32": 0,
        "i64": 0,
        "u64": 0,
        "d": 0.0,
        "f": 0.0,
        "b": False,
        "s": "",
        "raw": b"",
        "color": "COLOR_UNSPECIFIED",
        "numbers": (),
        "leaves": (),
        "by_name": {},
        "by_id": {},
        "by_flag": {},
        "anys": (),
    }
    assert isinstance(value, ProtoMessage)
    assert isinstance(value["by_id"], ProtoMap)


def test_set_to_the_default(contract: Contract) -> None:
    """Only where presence is tracked is a default something else than nothing."""
    assert fields(contract, thing(contract, i32=0).SerializeToString()) == fields(contract, b"")
    assert fields(contract, thing(contract, maybe=0).SerializeToString())["maybe"] == 0
    assert fields(contract, thing(contract, child={}).SerializeToString())["child"] == fields(contract, b"")


@pytest.mark.parametrize(("chosen", "value"), [("text", ""), ("number", 0), ("leaf", {"name": "", "size": 0})], ids=str)
def test_a_oneof(contract: Contract, chosen: str, value: Any) -> None:
    """The member that is set is there, even with its default; the others are not."""
    given_value = {} if isinstance(value, dict) else value
    found = fields(contract, thing(contract, **{chosen: given_value}).SerializeToString())
    assert {name: found[name] for name in ("text", "number", "leaf") if name in found} == {chosen: value}


def test_the_last_of_a_oneof_wins(contract: Contract) -> None:
    """As every reader of the wire does."""
    both = thing(contract, text="a").SerializeToString() + thing(contract, number=1).SerializeToString()
    found = fields(contract, both)
    assert found["number"] == 1
    assert "text" not in found


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**53 + 1])
def test_int64(contract: Contract, number: int) -> None:
    """No integer goes through a double."""
    assert fields(contract, thing(contract, i64=number).SerializeToString())["i64"] == number


def test_uint64(contract: Contract) -> None:
    """The largest one."""
    assert fields(contract, thing(contract, u64=2**64 - 1).SerializeToString())["u64"] == 2**64 - 1


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1])
def test_doubles(contract: Contract, number: float) -> None:
    """Every bit is kept, also the sign of zero, which is not the default."""
    found = fields(contract, thing(contract, d=number).SerializeToString())["d"]
    assert struct.pack("<d", found) == struct.pack("<d", number)


def test_an_enum_has_its_name_or_its_number(contract: Contract) -> None:
    """A number that the contract does not know is kept."""
    assert fields(contract, thing(contract, color=2).SerializeToString())["color"] == "BLUE"
    assert fields(contract, thing(contract, color=99).SerializeToString())["color"] == 99
    assert fields(contract, thing(contract, color=-1).SerializeToString())["color"] == -1


def test_a_closed_enum_keeps_an_unknown_number(contract: Contract) -> None:
    """Proto2 puts it among the unknown fields, from where it is not lost."""
    assert fields(contract, b"\x28\x02", "t.v2.Legacy")["closed"] == "TWO"
    assert fields(contract, b"\x28\x63", "t.v2.Legacy")["#5"] == ((0, 99),)


def test_maps(contract: Contract) -> None:
    """Keys are text, values are values, order says nothing."""
    sent = thing(contract, by_name={"a": {"size": 1}}, by_id={-1: "x", 2**60: "y"}, by_flag={True: 1, False: 2})
    found = fields(contract, sent.SerializeToString())
    assert found["by_name"] == {"a": {"name": "", "size": 1}}
    assert found["by_id"] == {"-1": "x", str(2**60): "y"}
    assert found["by_flag"] == {"true": 1, "false": 2}


def test_packed_and_unpacked_are_one_field(contract: Contract) -> None:
    """Two ways to write the same list."""
    unpacked = contract.message_class("t.v1.OldPacked")(numbers=[1, 2])  # type: ignore[call-arg]
    packed = thing(contract, numbers=[1, 2])
    assert unpacked.SerializeToString() != packed.SerializeToString()
    assert fields(contract, unpacked.SerializeToString()) == fields(contract, packed.SerializeToString())


def test_unknown_fields_are_kept(contract: Contract) -> None:
    """With number, wire type and order; a known field is not among them."""
    sent = thing(contract, i32=7, i64=2, s="x", f=1.0, d=1.0)
    found = fields(contract, sent.SerializeToString() + b"\x10\x03", "t.v1.Old")
    assert found == {
        "i32": 7,
        "#2": ((0, 2), (0, 3)),
        "#4": ((1, struct.unpack("<Q", struct.pack("<d", 1.0))[0]),),
        "#5": ((5, struct.unpack("<I", struct.pack("<f", 1.0))[0]),),
        "#7": ((2, b"x"),),
    }


def test_an_unknown_group_is_kept(contract: Contract) -> None:
    """With what is in it."""
    found = fields(contract, b"\x9b\x3f\x08\x01\x13\x14\x9c\x3f", "t.v1.Old")
    assert found["#1011"] == ((3, ((1, (0, 1)), (2, (3, ())))),)


def test_unknown_fields_in_a_child(contract: Contract) -> None:
    """At their own level."""
    data = contract.message_class("t.v1.Thing")(leaves=[{"name": "a"}]).SerializeToString()  # type: ignore[call-arg]
    longer = data.replace(b"\x7a\x03", b"\x7a\x05") + b"\x50\x01"
    assert fields(contract, longer)["leaves"] == ({"name": "a", "size": 0, "#10": ((0, 1),)},)


def test_very_many_unknown_fields(contract: Contract) -> None:
    """They are read in linear time."""
    started = time.process_time()
    assert len(fields(contract, b"\x10\x01" * 200_000, "t.v1.Old")["#2"]) == 200_000
    assert time.process_time() - started < 5


def test_proto2(contract: Contract) -> None:
    """Groups, extensions, and presence of every single field."""
    data = b"\x08\x00" + b"\x1b\x08\x05\x1c" + b"\x23\x08\x01\x24\x23\x24" + b"\xa0\x06\x09" + b"\xaa\x06\x01w"
    assert fields(contract, data, "t.v2.Legacy") == {
        "must": 0,
        "part": {"x": 5},
        "row": ({"y": 1}, {}),
        "counts": {},
        "(t.v2.extra)": 9,
        "(t.v2.words)": ("w",),
    }


def test_proto2_default_is_not_presence(contract: Contract) -> None:
    """A text that equals its default is there; one that is not sent is not."""
    assert fields(contract, b"\x12\x04none", "t.v2.Legacy")["text"] == "none"
    assert "text" not in fields(contract, b"", "t.v2.Legacy")


def test_fields_named_as_methods(contract: Contract) -> None:
    """Such names are allowed, and read."""
    found = fields(contract, b"\x38\x01\x40\x02\x48\x03\x50\x04", "t.v2.Legacy")
    names = ("DESCRIPTOR", "ListFields", "Clear", "class")
    assert [found[name] for name in names] == [1, 2, 3, 4]


def test_text_that_is_not_utf8(contract: Contract) -> None:
    """Proto3 refuses it; proto2 does not look, and then it is bytes, or refused as a key of a map."""
    assert fields(contract, b"\x12\x02\xff\xfe", "t.v2.Legacy")["text"] == b"\xff\xfe"
    for name, data in (("t.v1.Thing", b"\x3a\x02\xff\xfe"), ("t.v2.Legacy", b"\x32\x04\x0a\x02\xff\xfe")):
        with pytest.raises(UndecodableError):
            decode_message(data, name, contract)


def _any(message: Any, url: str = TYPE) -> AnyMessage:
    return AnyMessage(type_url=url + message.DESCRIPTOR.full_name, value=message.SerializeToString())


def test_any(contract: Contract) -> None:
    """A known type is unpacked; another one, or bytes that are not of its type, stay bytes."""
    leaf = contract.message_class("t.v1.Leaf")(name="a")  # type: ignore[call-arg]
    foreign = AnyMessage(type_url=TYPE + "other.Type", value=b"\x08\x01")
    broken = AnyMessage(type_url=TYPE + "t.v1.Leaf", value=b"\xff")
    assert message_value(_any(leaf), contract) == {"@type": TYPE + "t.v1.Leaf", "name": "a", "size": 0}
    assert message_value(foreign, contract) == {"@type": TYPE + "other.Type", "@bytes": b"\x08\x01"}
    assert message_value(broken, contract) == {"@type": TYPE + "t.v1.Leaf", "@bytes": b"\xff"}
    assert message_value(AnyMessage(), contract) == {"@type": "", "@bytes": b""}


def test_any_bytes_are_not_a_field(contract: Contract) -> None:
    """The bytes of a broken Any are never confused with a field called value."""
    whole = _any(BytesValue(value=b"\xff"))
    broken = AnyMessage(type_url=whole.type_url, value=b"\xff")
    assert message_value(whole, contract) != message_value(broken, contract)


def test_any_in_any(contract: Contract) -> None:
    """Each keeps its own type URL."""
    leaf = contract.message_class("t.v1.Leaf")(name="a")  # type: ignore[call-arg]
    value = message_value(_any(_any(leaf)), contract)
    inner = {"@type": TYPE + "t.v1.Leaf", "name": "a", "size": 0}
    assert value == {"@type": TYPE + "google.protobuf.Any", "@any": inner}
    assert message_value(_any(_any(leaf), "x/"), contract) != value


def _nested(contract: Contract, message: Any, levels: int) -> bytes:
    """A Thing within as many Anys, each in a Thing."""
    for _ in range(levels):
        packed = _any(message)
        message = thing(contract, any={"type_url": packed.type_url, "value": packed.value})
    return bytes(message.SerializeToString())


def test_nested_any_is_bounded(contract: Contract) -> None:
    """Deep ones stay bytes, which are compared too."""
    value: Any = decode_message(_nested(contract, thing(contract), 500), "t.v1.Thing", contract)
    levels = 0
    while "any" in value:
        value, levels = value["any"], levels + 1
    assert levels == MAX_ANY_DEPTH // 2 + 1
    assert isinstance(value["@bytes"], bytes)


def test_the_deepest_value_is_read(contract: Contract) -> None:
    """A message as deep as protobuf reads, in the deepest Any that is unpacked, needs no more stack than there is."""
    deep = thing(contract)
    for _ in range(98):
        deep = thing(contract, child=deep)
    data = _nested(contract, deep, MAX_ANY_DEPTH // 2)
    value = repr(decode_message(data, "t.v1.Thing", contract))
    assert value.count("'child'") == 98


def test_too_deep_for_protobuf(contract: Contract) -> None:
    """200 levels are refused by protobuf, and so by us."""
    data = b""
    for _ in range(200):
        size = len(data)
        length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
        data = b"\xa2\x01" + length + data
    with pytest.raises(UndecodableError):
        decode_message(data, "t.v1.Thing", contract)


def test_free_form(contract: Contract) -> None:
    """Struct, Value and ListValue are messages like others, though their classes act as dicts and lists."""
    free = Struct()
    free.update({"a": [1, None, ["x"]], "b": {"c": True}})
    value: Any = fields(contract, b"\xb2\x01" + bytes([free.ByteSize()]) + free.SerializeToString())["free"]
    items = ({"number_value": 1.0}, {"null_value": "NULL_VALUE"}, {"list_value": {"values": ({"string_value": "x"},)}})
    assert value == {
        "fields": {
            "a": {"list_value": {"values": items}},
            "b": {"struct_value": {"fields": {"c": {"bool_value": True}}}},
        }
    }


def test_every_cut_is_seen_or_is_a_message(contract: Contract) -> None:
    """A cut inside a field is refused; at a field's end it is a message that differs."""
    data = thing(contract, i64=2**40, s="abc", d=1.5, leaves=[{"name": "x"}]).SerializeToString()
    whole = decode_message(data, "t.v1.Thing", contract)
    refused = 0
    for end in range(len(data)):
        try:
            assert decode_message(data[:end], "t.v1.Thing", contract) != whole
        except UndecodableError:
            refused += 1
    assert refused > len(data) // 2


def test_an_unknown_type(contract: Contract) -> None:
    """A type that the contract does not have."""
    with pytest.raises(UndecodableError, match=r"expected a message no\.Type"):
        parse_message(b"", "no.Type", contract)


@given(st.binary(max_size=120), st.sampled_from(["t.v1.Thing", "t.v1.Old", "t.v2.Legacy"]))
def test_any_bytes(contract: Contract, data: bytes, name: str) -> None:
    """Arbitrary bytes are a message or refused."""
    with contextlib.suppress(UndecodableError):
        decode_message(data, name, contract)


@given(
    st.binary(max_size=60), st.text(max_size=30) | st.sampled_from(["t.v1.Thing", "t.v2.Legacy", "google.rpc.Status"])
)
def test_any_any(contract: Contract, data: bytes, name: str) -> None:
    """Arbitrary bytes under an arbitrary type URL have a value."""
    try:
        message = AnyMessage(type_url=TYPE + name, value=data)
    except (ValueError, UnicodeEncodeError):
        return
    message_value(message, contract)


def test_the_pools_do_not_matter() -> None:
    """A message of protobuf's own pool has a value without any contract."""
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", dependency=["b", "c"])
    value = message_value(file, None)
    assert isinstance(value, dict)
    assert (value["name"], value["dependency"]) == ("a.proto", ("b", "c"))
