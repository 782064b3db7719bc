"""In LEGACY mode a client cannot tell the strangler from legacy."""

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.java

Said = Callable[..., bytes]


@pytest.fixture(autouse=True)
def _all_legacy(modes: Callable[[str], None], legacy: Any) -> None:  # noqa: ARG001 - legacy is cleared
    modes("* = LEGACY\n")


CALLS = [
    ("Get", [("hello", 7, b"\x00\xff")]),
    ("Get", [("meta", 0, b"")]),
    ("Get", [("fail", 0, b"")]),
    ("Get", [("raise some text: ü", 0, b"")]),
    ("Get", [("", 0, b"")]),
    ("Put", [("hello", 7, b"")]),
    ("Never", [("hello", 7, b"")]),
    ("Later", [("hello", 7, b"")]),
    ("List", [("item", 1000, b"x" * 100)]),
    ("List", [("item", 0, b"")]),
    ("List", [("fail", 3, b"")]),
    ("List", [("raise at the end", 3, b"")]),
    ("Sum", [("a", 1, b""), ("b", 2, b""), ("c", -3, b"")]),
    ("Sum", []),
    ("Sum", [("a", 1, b""), ("fail", 0, b"")]),
    ("Chat", [(f"say {number}", number, b"") for number in range(50)]),
    ("Chat", [("a", 0, b""), ("end", 0, b"")]),
    ("Chat", [("a", 0, b""), ("raise it", 0, b"")]),
    ("Chat", []),
    ("LaterChat", [("a", 1, b"")]),
]
METADATA = (
    ("x-echo", "one"),
    ("x-echo", "two, three"),
    ("x-echo-bin", b"\x00\x01\xff"),
    ("x-echo-bin", b""),
    ("x-echo-bin", b"\xfe,\xfd"),
)


@pytest.mark.parametrize(("method", "asks"), CALLS)
def test_the_answer_is_that_of_a_direct_call(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, said: Said, method: str, asks: list[Any]
) -> None:
    """Messages, status, text, details, initial and trailing metadata; and it says that legacy served it."""
    sent = [said(*ask) for ask in asks]
    expected = probe.ask(direct, method, sent, metadata=METADATA)
    got = probe.ask(through, method, sent, metadata=METADATA)
    assert got.unmarked() == expected
    assert got.served_by == "legacy"


def test_the_mark_stands_in_the_headers_or_in_the_trailers_of_an_answer_without_headers(
    probe: Any, through: grpc.Channel, said: Said
) -> None:
    """Once, and with the headers where there are some."""
    mark = (probe.SERVED_BY, "legacy")
    good, bad = probe.ask(through, "Get", [said("x")]), probe.ask(through, "Get", [said("fail")])
    assert mark in good.initial
    assert mark not in good.trailing
    assert mark in bad.trailing
    assert mark not in bad.initial


@pytest.mark.parametrize("method", ["/probe.v1.Probe/Unknown", "/other.Service/Any", "/x/y"])
def test_a_method_that_no_contract_names_is_answered_by_legacy(
    direct: grpc.Channel, through: grpc.Channel, method: str
) -> None:
    """Bytes there and back, of any kind of call."""
    sent = [b"abc", b"", b"\x00" * 3]
    multi = through.stream_stream(method)
    answers = list(multi(iter(sent)))
    assert answers == list(direct.stream_stream(method)(iter(sent))) == [b"cba", b"", b"\x00" * 3]


def test_legacy_gets_the_metadata_that_the_client_sent(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, legacy: Any, said: Said
) -> None:
    """Nothing is added, lost or put into another order within a name; only the agent is another."""
    metadata = (*METADATA, ("authorization", "Bearer x"), ("x-empty", ""))
    for channel in (direct, through):
        probe.ask(channel, "Get", [said("x")], metadata=metadata)

    def fields(seen: Any) -> list[tuple[str, list[str | bytes]]]:
        names = sorted({key for key, _ in seen.metadata} - {"user-agent"})
        return [(name, [value for key, value in seen.metadata if key == name]) for name in names]

    one, other = legacy.of("Get")
    assert fields(one) == fields(other)


def test_a_deadline_travels(probe: Any, through: grpc.Channel, legacy: Any, said: Said) -> None:
    """Legacy knows how much time is left; without a deadline there is none."""
    probe.ask(through, "Get", [said("x")], timeout_s=5)
    probe.ask(through, "Get", [said("x")], timeout_s=None)
    with_deadline, without = legacy.of("Get")
    assert 4 < with_deadline.time_remaining_s < 5.1
    assert without.time_remaining_s > 1e9  # what grpcio says where there is none


def test_a_deadline_that_passes_ends_both_halves(probe: Any, through: grpc.Channel, legacy: Any, said: Said) -> None:
    """The client has DEADLINE_EXCEEDED, and legacy hears that nobody waits."""
    answer = probe.ask(through, "Get", [said("sleep 20000")], timeout_s=0.3)
    assert answer.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert legacy.of("Get")[0].cancelled.wait(5)


@pytest.mark.parametrize("method", ["Get", "List", "Sum", "Chat"])
def test_a_client_that_leaves_leaves_legacy(
    probe: Any, through: grpc.Channel, legacy: Any, said: Said, method: str
) -> None:
    """A cancelled call is cancelled at legacy, of every kind."""
    feed = probe.Feed()
    feed.put(said("sleep 20000", 10))
    call, _ = probe.start(through, method, iter(feed))
    _until(lambda: legacy.of(method))
    call.cancel()
    assert legacy.of(method)[0].cancelled.wait(5)
    feed.close()


@pytest.mark.parametrize("method", ["Get", "Chat"])
def test_a_large_message_passes_both_ways(
    probe: Any, through: grpc.Channel, said: Said, messages: Any, method: str
) -> None:
    """4 MB to legacy, as much as it takes, and 20 MB back."""
    there = probe.ask(through, method, [said("x", 0, b"y" * 4_000_000)])
    assert messages.Said.FromString(there.messages[0]).blob == b"y" * 4_000_000
    back = probe.ask(through, method, [said("blob 20000000")])
    assert len(messages.Said.FromString(back.messages[0]).blob) == 20_000_000


def test_a_message_that_is_too_large_for_legacy_is_refused_by_legacy(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, said: Said
) -> None:
    """In its own words, not in those of the strangler."""
    sent = [said("x", 0, b"y" * 5_000_000)]
    expected = probe.ask(direct, "Get", sent)
    assert expected.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert probe.ask(through, "Get", sent).unmarked() == expected


def test_a_reader_that_does_not_read_holds_legacy_back(
    probe: Any, through: grpc.Channel, legacy: Any, said: Said
) -> None:
    """Nobody gathers a stream that the client does not take."""
    call, answers = probe.start(through, "List", iter([said("x", 1000, b"z" * 100_000)]))
    try:
        next(answers)
        _until(lambda: legacy.of("List") and _stands(legacy.of("List")[0]))
        assert legacy.of("List")[0].messages < 700  # what fits into the windows of two connections
        assert sum(1 for _ in answers) == 999
        assert call.code() is grpc.StatusCode.OK
    finally:
        call.cancel()


def test_an_answer_comes_before_the_next_question(probe: Any, through: grpc.Channel, said: Said, messages: Any) -> None:
    """Fifty steps of question and answer on one stream."""
    feed = probe.Feed()
    call, answers = probe.start(through, "Chat", iter(feed))
    for number in range(50):
        feed.put(said("x", number))
        assert messages.Said.FromString(next(answers)).number == number
    feed.close()
    assert list(answers) == []
    assert call.code() is grpc.StatusCode.OK


def test_a_compressed_call_is_answered(through: grpc.Channel, said: Said) -> None:
    """Compression is between two neighbours; the messages are the same."""
    call = through.unary_unary("/probe.v1.Probe/Get")
    assert call(said("x" * 1000, 3), compression=grpc.Compression.Gzip) == said("x" * 1000, 3)


@pytest.mark.parametrize(("method", "forwarded"), [("Get", True), ("Put", False), ("Chat", True), ("Unknown", False)])
def test_a_shadow_call_is_forwarded_only_where_it_is_safe(
    probe: Any, through: grpc.Channel, legacy: Any, said: Said, method: str, *, forwarded: bool
) -> None:
    """A shadow write never reaches legacy; its answer says that no port has given it."""
    answer = probe.ask(through, method, [said("x")], metadata=(("x-crossfade-role", "shadow"),))
    assert bool(legacy.seen) == forwarded
    assert answer.served_by == "legacy"
    assert answer.code is (grpc.StatusCode.OK if forwarded else grpc.StatusCode.UNIMPLEMENTED)


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _stands(seen: Any) -> bool:
    before = seen.messages
    time.sleep(0.2)
    return bool(before and seen.messages == before)
