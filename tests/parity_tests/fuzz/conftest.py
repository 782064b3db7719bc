"""A contract with every kind of field, and a small HTTP service with its port."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.fuzz.operations import Operation, http_operation
from crossfade.parity_tests.replay.pair import Pair, open_pair
from crossfade.shadow.config import load_config

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
message Small {
  Colour colour = 1;
  optional int32 quantity = 2;
  uint64 big = 3;
  oneof pay { string card = 4; Small voucher = 5; }
  map<int32, Small> by_number = 6;
  repeated Small parts = 7;
  bool gift = 8;
}
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


class Notes:
    """Makes notes and gives them; ``bug`` is a mistake of the port, ``first`` the first number it mints."""

    def __init__(self, first: int = 1, bug: str = "", *, ticks: bool = False) -> None:
        self._numbers = count(first)
        self._bug = bug
        self._ticks = count() if ticks else None
        self._notes: dict[str, dict[str, Any]] = {}
        for title in ("one", "two"):
            self._make({"title": [title]})

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON."""
        path, _, query = path.partition("?")
        name = unquote(path.removeprefix("/notes").removeprefix("/"))
        if method == "POST":
            return 201, self._make(parse_qs(body.decode(), keep_blank_values=True))
        if not name:
            limit = parse_qs(query).get("limit", ["9"])[0]
            return 200, {"notes": list(self._notes.values()), "limit": self._number(limit)}
        if name not in self._notes:
            return 404, {"error": "no such note"}
        load = {} if self._ticks is None else {"load": f"{next(self._ticks)} %"}
        return 200, self._notes[name] | load | {"size": "2" if self._bug == "size" else 2}

    def _make(self, form: dict[str, list[str]]) -> dict[str, Any]:
        made = f"n{next(self._numbers)}"
        self._notes[made] = {"id": made, "title": form.get("title", [""])[0]}
        return self._notes[made]

    def _number(self, text: str) -> int:
        if self._bug == "blank" and text != text.strip():
            return 9
        try:
            return int(text)
        except ValueError:
            return 9


def _handler(service: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts
        timeout = 5

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, value = service.answer(self.command, self.path, body)
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves what answers requests; gives its URL."""
    with ExitStack() as ended:

        def start(service: Any) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


TEMPLATES = ("GET /notes", "GET /notes/{id}", "POST /notes")


@pytest.fixture
def notes() -> type[Notes]:
    """A small service."""
    return Notes


@pytest.fixture
def config_file(serve: Callable[[Any], str], tmp_path: Path) -> Callable[..., Path]:
    """The config of a candidate with a bug beside a legacy and, where one is given, its second instance."""

    def write(candidate: Any, legacy: Any = None, secondary: Any = None, more: str = "") -> Path:
        path = tmp_path / "crossfade.toml"
        second = "" if secondary is None else f'secondary = "{serve(secondary)}"\n'
        templates = ", ".join(f'"{name}"' for name in TEMPLATES)
        path.write_text(
            '[service]\nname = "notes"\n[[listen]]\nname = "web"\naddress = "127.0.0.1:1"\n'
            f'legacy = "{serve(legacy or Notes())}"\ncandidate = "{serve(candidate)}"\n{second}'
            f"[routes]\nhttp = [{templates}]\n{more}",
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def with_pair(config_file: Callable[..., Path]) -> Callable[..., Any]:
    """Runs something with an open pair."""

    def run(do: Callable[[Pair], Any], *services: Any) -> Any:
        async def opened() -> Any:
            async with open_pair(load_config(config_file(*services)), None) as pair:
                return await do(pair)

        return asyncio.run(opened())

    return run


@pytest.fixture
def operations() -> tuple[Operation, ...]:
    """Those of the service."""
    return tuple(http_operation(template, "web") for template in TEMPLATES)
