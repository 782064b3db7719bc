"""What is wrong with a request."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.compare.causes.requests import request_flaw
from crossfade.shadow.compare.causes.rule import Flaw
from crossfade.shadow.exchange import Protocol, Request

CALL = "/flaws.v1.Flaws/Find"
PROTO = """
syntax = "proto3";
package flaws.v1;
service Flaws { rpc Find(Ask) returns (Ask); }
message Ask { string text = 1; bytes data = 2; }
"""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A request that holds text and bytes."""
    folder = tmp_path_factory.mktemp("flaws")
    path = folder / "flaws.proto"
    path.write_text(PROTO)
    return load_contract(ProtoFiles(files=(path,), includes=(folder,)))


def framed(*messages: bytes) -> bytes:
    """A body of messages."""
    return b"".join(b"\0" + len(message).to_bytes(4, "big") + message for message in messages)


@pytest.fixture
def ask(request_to: Callable[..., Request]) -> Callable[..., Request]:
    """A call with this body."""

    def ask(body: bytes, target: str = CALL) -> Request:
        return replace(request_to(target, method="POST", protocol=Protocol.GRPC), body=body)

    return ask


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (framed(b""), Flaw.NONE),
        (framed(b"\xff"), Flaw.BYTES),
        (framed(b"", b"\xff"), Flaw.BYTES),
        (b"", Flaw.NONE),
        (b"\0\0", Flaw.NONE),  # no frame: nothing is known of a message
    ],
)
def test_bytes_that_are_no_message(ask: Callable[..., Request], contract: Contract, body: bytes, flaw: Flaw) -> None:
    """Any message of the request counts."""
    assert request_flaw(ask(body), contract) is flaw


def test_text_that_is_not_utf_8(ask: Callable[..., Request], contract: Contract) -> None:
    """It is refused in a field of text, and taken in one of bytes."""
    assert request_flaw(ask(framed(b"\x0a\x01\xff")), contract) is Flaw.TEXT
    assert request_flaw(ask(framed(b"\x12\x01\xff")), contract) is Flaw.NONE


def test_nothing_is_known_without_a_contract(ask: Callable[..., Request], contract: Contract) -> None:
    """Of a request that is no call, or whose method is unknown, neither."""
    assert request_flaw(None, contract) is Flaw.NONE
    assert request_flaw(ask(framed(b"\xff")), None) is Flaw.NONE
    assert request_flaw(ask(framed(b"\xff"), "/flaws.v1.Flaws/New"), contract) is Flaw.NONE
    assert request_flaw(replace(ask(framed(b"\xff")), protocol=Protocol.HTTP), contract) is Flaw.NONE
    assert request_flaw(replace(ask(framed(b"\xff")), truncated=True), contract) is Flaw.NONE
