"""How what a write made can be read: by declared templates, and by safe calls that take one id."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.asking.read_back import reads_back
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="POST /builds", protocol="http", call_type="http", stage=Stage.CANARY, listener="web")
CREATE = RouteInfo(route="b.v1.Builds/Create", protocol="grpc", call_type="unary", stage=Stage.CANARY)
TEMPLATES = ("GET /builds/{id}", "GET /builds", "GET /users/{id}", "GET /builds/{id}/log/{line}", "DELETE /builds/{id}")
PROTO = """
syntax = "proto3";
package b.v1;
service Builds {
  rpc Create(CreateRequest) returns (Build);
  rpc Get(GetRequest) returns (Build) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Search(SearchRequest) returns (Build) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Cancel(GetRequest) returns (Build);
}
message CreateRequest { string name = 1; }
message GetRequest { int64 build_id = 1; }
message SearchRequest { string text = 1; }
message Build { int64 id = 1; string name = 2; }
"""


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A service with one read that takes an id."""
    path: Path = tmp_path_factory.mktemp("proto") / "b.proto"
    path.write_text(PROTO)
    return load_contract(ProtoFiles(files=(path,)))


@pytest.mark.parametrize(
    ("target", "body", "reads"),
    [
        ("/builds", b'{"id": "b-17"}', ["/builds/b-17"]),
        ("/builds?x=1", b'{"id": 17}', ["/builds/17"]),
        ("/builds", b'{"name": "b-17"}', []),
        ("/builds", b'{"id": true}', []),
        ("/builds", b'{"id": "../admin"}', []),
        ("/builds", b"no JSON", []),
        ("/builds/17/cancel", b"", ["/builds/17"]),
        ("/users/17", b'{"id": "log"}', ["/users/17"]),
        ("/other", b'{"id": 17}', []),
    ],
)
def test_over_http(
    request_of: Callable[..., Request], answer_of: Callable[..., Answer], target: str, body: bytes, reads: list[str]
) -> None:
    """What was made is read by its id, what was changed by the path of the write, without its body."""
    headers = (("Authorization", "Bearer t"), ("Content-Type", "application/json"))
    write = request_of("w", method="POST", target=target, headers=headers, body=b"{}")
    found = reads_back(write, answer_of(body), ROUTE, templates=TEMPLATES, contract=None)
    assert [read.request.target for read in found] == reads
    for read in found:
        assert (read.request.method, read.request.body, read.request.headers) == ("GET", b"", headers[:1])
        assert (read.request.id, read.route.listener) == ("w-read-1", "web")
        assert read.route.route in TEMPLATES


def test_over_grpc(builds: Contract, request_of: Callable[..., Request], answer_of: Callable[..., Answer]) -> None:
    """The safe call with one id is made with the id of the answer; what is no id is never guessed."""
    made = builds.message_class("b.v1.Build")(id=17, name="n").SerializeToString()  # type: ignore[call-arg]
    write = request_of(
        "w", protocol=Protocol.GRPC, method="POST", target="/b.v1.Builds/Create", body=b"\0\0\0\0\0", headers=()
    )
    answer = answer_of(b"\0" + len(made).to_bytes(4) + made, headers=())
    (read,) = reads_back(write, answer, CREATE, templates=(), contract=builds)
    asked = builds.message_class("b.v1.GetRequest")()
    asked.ParseFromString(read.request.body[5:])
    assert (read.route.route, read.request.target, asked.build_id) == ("b.v1.Builds/Get", "/b.v1.Builds/Get", 17)  # type: ignore[attr-defined]
    assert reads_back(write, answer_of(b"garbage", headers=()), CREATE, templates=(), contract=builds) == ()
