"""A contract with every kind of field."""

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract

PROTO = """\
syntax = "proto3";
package shop.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";

service Shop {
  rpc GetOrder(GetOrderRequest) returns (Order) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc ListOrders(ListOrdersRequest) returns (ListOrdersResponse) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc PlaceOrder(Order) returns (PlaceOrderResponse);
  rpc Upload(stream Chunk) returns (Order);
}

enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_RED = 1; COLOUR_BLUE = 5; }

message GetOrderRequest { string id = 1; }
message ListOrdersRequest { string customer = 1; int32 page_size = 2; string page_token = 3; }
message ListOrdersResponse { repeated Order orders = 1; string next_page_token = 2; }
message PlaceOrderResponse { string id = 1; }
message Chunk { string order_id = 1; bytes data = 2; }

message Order {
  string id = 1;
  string customer = 2;
  optional int32 quantity = 3;
  repeated Order parts = 4;
  map<string, int64> counts = 5;
  map<int32, Order> by_number = 6;
  Colour colour = 7;
  oneof pay { string card = 8; int64 cash = 9; Order voucher = 10; }
  google.protobuf.Timestamp at = 11;
  google.protobuf.Duration took = 12;
  google.protobuf.Struct more = 13;
  google.protobuf.Any detail = 14;
  google.protobuf.FieldMask mask = 15;
  google.protobuf.Int64Value maybe = 16;
  float share = 17;
  double price = 18;
  uint64 big = 19;
  bytes raw = 20;
  repeated string labels = 21;
  bool gift = 22;
}
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of a shop."""
    path = tmp_path_factory.mktemp("shop") / "shop.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))
