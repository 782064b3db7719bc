"""Rules of protovalidate that a contract declares."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.fuzz.constraints import Constraints, is_required, item_bounds, values

# The part of buf/validate/validate.proto that is read, with its numbers.
VALIDATE = """\
syntax = "proto2";
package buf.validate;
import "google/protobuf/descriptor.proto";
extend google.protobuf.FieldOptions { optional FieldRules field = 1159; }
message FieldRules {
  optional bool required = 25;
  oneof type { DoubleRules double = 2; Int32Rules int32 = 3; StringRules string = 14; BytesRules bytes = 15;
    EnumRules enum = 16; RepeatedRules repeated = 18; MapRules map = 19; }
}
message DoubleRules { optional double lt = 2; optional double gte = 5; }
message Int32Rules { optional int32 const = 1; optional int32 lte = 3; optional int32 gt = 4; repeated int32 in = 6; }
message StringRules { optional uint64 min_len = 2; optional uint64 max_len = 3; optional string pattern = 6;
  repeated string in = 10; optional bool email = 12; optional uint64 len = 19; }
message BytesRules { optional uint64 min_len = 2; optional uint64 max_len = 3; }
message EnumRules { repeated int32 in = 3; }
message RepeatedRules { optional uint64 min_items = 1; optional uint64 max_items = 2; }
message MapRules { optional uint64 min_pairs = 1; optional uint64 max_pairs = 2; }
"""
USED = """\
syntax = "proto3";
package used.v1;
import "buf/validate/validate.proto";
message Used {
  int32 age = 1 [(buf.validate.field).int32 = {gt: 17, lte: 99}];
  int32 one = 2 [(buf.validate.field).int32.const = 4];
  int32 some = 3 [(buf.validate.field).int32 = {in: [3, 5]}];
  string name = 4 [(buf.validate.field).string = {min_len: 2, max_len: 4}, (buf.validate.field).required = true];
  string code = 5 [(buf.validate.field).string.pattern = "^[A-Z]{3}$"];
  string mail = 6 [(buf.validate.field).string.email = true];
  double share = 7 [(buf.validate.field).double = {gte: 0, lt: 1}];
  bytes raw = 8 [(buf.validate.field).bytes.max_len = 2];
  repeated string tags = 9 [(buf.validate.field).repeated = {min_items: 2, max_items: 3}];
  int32 free = 10;
  string odd = 11 [(buf.validate.field).string.pattern = "\\\\p{Greek}"];
  string exact = 12 [(buf.validate.field).string.len = 3];
}
"""


ALLOWED: dict[str, Any] = {
    "age": lambda value: 17 < value <= 99,
    "one": lambda value: value == 4,
    "some": lambda value: value in (3, 5),
    "name": lambda value: 2 <= len(value) <= 4,
    "code": lambda value: len(value.strip()) == 3 and value.isascii(),
    "mail": lambda value: "@" in value,
    "share": lambda value: 0 <= value < 1,
    "raw": lambda value: len(value) <= 2,
    "exact": lambda value: len(value) == 3,
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A contract with rules."""
    folder: Path = tmp_path_factory.mktemp("used")
    (folder / "buf" / "validate").mkdir(parents=True)
    (folder / "buf" / "validate" / "validate.proto").write_text(VALIDATE, encoding="utf-8")
    (folder / "used.proto").write_text(USED, encoding="utf-8")
    return load_contract(ProtoFiles(files=(folder / "used.proto",), includes=(folder,)))


def _field(contract: Contract, name: str) -> Any:
    return contract.message_class("used.v1.Used").DESCRIPTOR.fields_by_name[name]


@pytest.mark.parametrize("name", ALLOWED)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_values_keep_to_the_rules(used: Contract, name: str, data: st.DataObject) -> None:
    """Of each kind."""
    field = _field(used, name)
    strategy = values(Constraints(used).of(field), field)
    assert strategy is not None
    assert ALLOWED[name](data.draw(strategy))


def test_required_fields_and_lists(used: Contract) -> None:
    """Whether a field has to be set, and how many elements a list has."""
    constraints = Constraints(used)
    assert is_required(constraints.of(_field(used, "name")))
    assert not is_required(constraints.of(_field(used, "age")))
    assert item_bounds(constraints.of(_field(used, "tags"))) == (2, 3)
    assert item_bounds(None) == (0, 3)


def test_no_rules(used: Contract, shop: Contract) -> None:
    """A field without, a pattern that Python can't read, a contract without validate.proto."""
    assert Constraints(used).of(_field(used, "free")) is None
    odd = _field(used, "odd")
    assert values(Constraints(used).of(odd), odd) is None
    order: Any = shop.message_class("shop.v1.Order").DESCRIPTOR
    assert Constraints(shop).of(order.fields_by_name["id"]) is None
