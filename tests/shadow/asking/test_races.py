"""Reads of data that was being written at the same time."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.asking.races import _MOST_GROUPS, _MOST_WRITES, Races
from crossfade.shadow.exchange import Protocol, Request

PROTO = """
syntax = "proto3";
package s.v1;
service Items {
  rpc Create(Item) returns (Item);
  rpc Update(Item) returns (Item);
  rpc Get(Item) returns (Item);
  rpc ListItems(Page) returns (Item);
  rpc Pages(Page) returns (Item);
}
message Item { string name = 1; int64 id = 2; bytes key = 3; repeated Item parts = 4; bool done = 5; int64 count = 6; }
message Page { int32 page_size = 1; string owner = 2; }
"""
Requests = Callable[..., Request]
Calls = Callable[..., Request]


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path = tmp_path_factory.mktemp("proto") / "s.proto"
    path.write_text(PROTO)
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def call_of(contract: Contract, request_of: Requests) -> Calls:
    """Builds a call of the service ``Items``."""

    def build(method: str, at: float, kind: str = "Item", **fields: Any) -> Request:
        message: Any = contract.message_class(f"s.v1.{kind}")(**fields)
        data = message.SerializeToString()
        return request_of(
            method,
            protocol=Protocol.GRPC,
            target=f"/s.v1.Items/{method}",
            headers=(("content-type", "application/grpc"),),
            body=b"\0" + len(data).to_bytes(4) + data,
            started_at=at,
        )

    return build


def _races(contract: Contract | None = None, window_s: float = 0.0) -> Races:
    return Races(contract=contract, window_s=window_s)


@pytest.mark.parametrize(
    ("write", "read", "shared"),
    [
        ("/items", "/items", True),
        ("/items", "/items/7", True),
        ("/items", "/items?page=2", True),
        ("/items/7", "/items", True),
        ("/items/7", "/items/7", True),
        ("/items/7", "http://a.test/items/7/parts?x=1", True),
        ("/items/a%2Fb", "/items/a%2fb", True),
        ("/items/7", "/items/8", False),
        ("/items/7", "/items/77", False),
        ("/items", "/itemsets", False),
        ("/items/7", "/orders/7", False),
        ("/items/7/parts", "/items/8", False),
        ("/items", "/", False),
        ("/", "/items", False),
        ("/", "/", True),
    ],
)
def test_paths_of_the_same_data(request_of: Requests, write: str, read: str, shared: bool) -> None:
    """One is the other, or what is above it, at the borders of segments."""
    races = _races()
    races.begin(request_of("w", target=write, started_at=10.0))
    assert races.overlap(request_of("r", target=read, started_at=10.0), 11.0) is shared
    races.end(request_of("w", target=write, started_at=10.0), 12.0)
    assert races.overlap(request_of("r", target=read, started_at=11.0), 13.0) is shared


@pytest.mark.parametrize(
    ("start", "end", "raced"), [(1.0, 9.9, False), (1.0, 10.0, True), (12.0, 13.0, True), (12.1, 13.0, False)]
)
def test_the_time_of_a_read_and_of_a_write(request_of: Requests, start: float, end: float, raced: bool) -> None:
    """They have a moment in common: the write was sent at 10 and answered at 12."""
    races = _races()
    races.end(request_of("w", started_at=10.0), 12.0)
    assert races.overlap(request_of("r", started_at=start), end) is raced


def test_the_window_runs_from_when_a_write_was_sent(request_of: Requests) -> None:
    """A slow answer does not make it longer."""
    races = _races(window_s=5.0)
    races.end(request_of("w", started_at=10.0), 12.0)
    assert races.overlap(request_of("r", started_at=15.0), 16.0)
    assert not races.overlap(request_of("r", started_at=15.1), 16.0)


def test_a_write_of_which_nothing_more_is_known(request_of: Requests) -> None:
    """It ends when it is given up; one that has ended does not end again."""
    races = _races()
    write = request_of("w", started_at=10.0)
    races.begin(write)
    races.give_up(write, 20.0)
    races.give_up(write, 40.0)
    assert races.overlap(request_of("r", started_at=20.0), 21.0)
    assert not races.overlap(request_of("r", started_at=21.0), 22.0)
    assert races._under_way == {}


def test_a_read_that_was_followed_by_a_write(request_of: Requests) -> None:
    """One of the same data, begun later, and answered by now."""
    races = _races()
    read = request_of("r", target="/items/7", started_at=10.0)
    races.end(request_of("before", target="/items/7", started_at=9.0), 9.5)
    races.end(request_of("other", target="/items/8", started_at=11.0), 12.0)
    write = request_of("w", target="/items/7", started_at=11.0)
    races.begin(write)
    assert not races.followed(read)
    races.end(write, 12.0)
    assert races.followed(read)


@pytest.mark.parametrize(
    ("write", "read", "shared"),
    [
        (("Update", {"id": 7, "name": "x"}), ("Get", "Item", {"id": 7}), True),
        (("Update", {"id": 7, "name": "x"}), ("Get", "Item", {"id": 8}), False),
        (("Update", {"parts": [{"key": b"k"}]}), ("Get", "Item", {"key": b"k"}), True),
        (("Create", {"name": "x", "done": True}), ("Get", "Item", {"id": 7, "done": True}), False),
        (("Create", {"name": "x"}), ("Get", "Item", {}), True),
        (("Create", {}), ("Get", "Item", {"id": 7}), True),
        (("Create", {"name": "x"}), ("ListItems", "Page", {"owner": "me"}), False),
        (("Create", {"name": "me"}), ("ListItems", "Page", {"owner": "me"}), True),
        (("Create", {"name": "x", "count": 8}), ("Get", "Item", {"id": 9, "count": 8}), False),
        (("Create", {"name": "x"}), ("Pages", "Page", {"page_size": 20}), True),
        (("Create", {"name": "x"}), ("Pages", "Page", {"page_size": 20, "owner": "me"}), False),
    ],
)
def test_calls_that_touch_the_same_data(
    contract: Contract, call_of: Calls, write: tuple[str, Any], read: tuple[str, str, Any], shared: bool
) -> None:
    """They have a value in common that may name something, or one of them names nothing."""
    races = _races(contract)
    races.end(call_of(write[0], 10.0, **write[1]), 11.0)
    method, kind, fields = read
    assert races.overlap(call_of(method, 10.5, kind, **fields), 10.6) is shared


@pytest.mark.parametrize(
    ("write", "read", "shared"),
    [
        ((("Authorization", "Bearer secret-1"),), (("authorization", "Bearer secret-1"),), True),
        ((("Authorization", "Bearer secret-1"),), (("Authorization", "Bearer secret-2"),), False),
        ((("Authorization", "Bearer secret-1"),), (), True),
        ((("Cookie", "lang=en; sid=0123456789"),), (("Cookie", "sid=0123456789; _ga=xyz987654321"),), True),
        ((("Cookie", "lang=en; sid=0123456789"),), (("Cookie", "lang=en; sid=9876543210"),), False),
        ((("Authorization", "Basic dTpwMTIzNDU2Nw=="),), (("Authorization", "Basic dTpwNzY1NDMyMQ=="),), False),
        ((("X-Api-Key", "one-of-the-keys"),), (("X-Session-Token", "another-thing"),), False),
        ((("Accept-Language", "a-long-language-1"),), (("Accept-Language", "a-long-language-2"),), True),
    ],
)
def test_whose_data_it_is(
    request_of: Requests, write: tuple[tuple[str, str], ...], read: tuple[tuple[str, str], ...], shared: bool
) -> None:
    """What two people ask for is not the same; whoever shows no credential may mean anybody's."""
    races = _races()
    races.end(request_of("w", headers=write, started_at=10.0), 11.0)
    assert races.overlap(request_of("r", headers=read, started_at=10.5), 10.6) is shared


def test_calls_that_can_not_be_read(contract: Contract, call_of: Calls, request_of: Requests) -> None:
    """Without a contract, a method in it or a whole frame, any data of the service may be meant."""
    read = call_of("Get", 10.5, id=7)
    cut = request_of(protocol=Protocol.GRPC, target="/s.v1.Items/Update", body=b"\0\0\0", started_at=10.0)
    unknown = request_of(protocol=Protocol.GRPC, target="/s.v1.Items/Drop", body=b"\0\0\0\0\0", started_at=10.0)
    other = request_of(protocol=Protocol.GRPC, target="/s.v1.Other/Update", body=b"\0\0\0\0\0", started_at=10.0)
    for write, known, raced in (
        (cut, contract, True),
        (unknown, contract, True),
        (cut, None, True),
        (other, None, False),
    ):
        races = _races(known)
        races.end(write, 11.0)
        assert races.overlap(read, 10.6) is raced


def test_a_write_whose_messages_are_still_to_come(contract: Contract, call_of: Calls, request_of: Requests) -> None:
    """It touches nothing that is known; once they have come, it does."""
    races, read = _races(contract), call_of("Get", 10.5, id=7)
    begun = request_of("w", protocol=Protocol.GRPC, target="/s.v1.Items/Update", body=b"", started_at=10.0)
    races.begin(begun)
    assert not races.overlap(read, 10.6)
    races.end(call_of("Update", 10.0, id=7), 11.0)
    assert races.overlap(read, 10.6)


def test_what_is_kept_is_bounded(request_of: Requests) -> None:
    """Of one group and of all, and the newest stay."""
    races = _races()
    for number in range(_MOST_WRITES + 10):
        races.end(request_of(str(number), target="/items", started_at=float(number)), number + 0.5)
    assert len(races._answered[Protocol.HTTP, "items"]) < _MOST_WRITES
    assert races.overlap(request_of(target="/items", started_at=_MOST_WRITES + 9.0), _MOST_WRITES + 10.0)
    for number in range(_MOST_GROUPS + 10):
        races.end(request_of(str(number), target=f"/{number}", started_at=1.0), 2.0)
    assert len(races._answered) == _MOST_GROUPS
    deep = request_of("w", target="/a" * 100_000, started_at=1.0)
    races.end(deep, 2.0)
    assert races.overlap(deep, 2.0)
