"""What the contract says of fields, by the names that generated code has."""

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards.inference.fields import PROTO_MAP, fields_of
from crossfade.codegen.hazards.kinds import BYTES, FLOAT, STR, UNKNOWN, Kind, Sort, list_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("name", STR),
        ("size", Kind(sort=Sort.INT, ref="int32")),
        ("mask", Kind(sort=Sort.INT, ref="uint32", nonneg=True)),
        ("ratio", Kind(sort=Sort.FLOAT, ref="float")),
        ("share", FLOAT),
        ("labels", list_of(STR)),
        ("counts", Kind(sort=Sort.DICT, key=STR, of=Kind(sort=Sort.INT, ref="int32"), ref=PROTO_MAP)),
        ("state", Kind(sort=Sort.ENUM, ref="demo.v1.State")),
        ("data", BYTES),
        ("at", Kind(sort=Sort.MESSAGE, ref="google.protobuf.Timestamp")),
        ("gone", UNKNOWN),
    ],
)
def test_knows_fields(contract: Contract, name: str, kind: Kind) -> None:
    """Each sort of field; none is unknown."""
    assert fields_of(contract).of("demo.v1.Request", name) == kind


@pytest.mark.parametrize(
    ("dotted", "found"),
    [
        ("demo.v1.demo_pb2.Request", ("demo.v1.Request", "")),
        ("demo_pb2.State.Name", ("demo.v1.State", "Name")),
        ("contract.pb2.Answer.FromString", ("demo.v1.Answer", "FromString")),
        ("google.protobuf.timestamp_pb2.Timestamp", ("google.protobuf.Timestamp", "")),
        ("other.Request", ("", "")),
        ("demo_pb2.Gone", ("", "")),
    ],
)
def test_finds_a_type_by_the_name_in_generated_code(contract: Contract, dotted: str, found: tuple[str, str]) -> None:
    """What stands behind the type is a method or a value of it."""
    assert fields_of(contract).find(dotted) == found


def test_knows_the_names_of_64_bit_fields(contract: Contract) -> None:
    """Those that are never anything else."""
    assert "total" in fields_of(contract).int64_names
    assert not {"size", "name"} & fields_of(contract).int64_names


def test_knows_nothing_without_a_contract() -> None:
    """No message, no field."""
    assert fields_of(None).of("demo.v1.Request", "name") == UNKNOWN
