"""In PORTED mode the handlers of this process answer as legacy does."""

import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.java

Said = Callable[..., bytes]


@pytest.fixture(autouse=True)
def _all_ported(modes: Callable[[str], None], legacy: Any) -> None:  # noqa: ARG001 - legacy is cleared
    modes("* = PORTED\n")


CALLS = [
    ("Get", [("hello", 7, b"\x00\xff")]),
    ("Get", [("meta", 0, b"")]),
    ("Get", [("fail", 0, b"")]),
    ("Get", [("raise some text: ü", 0, b"")]),
    ("Put", [("hello", 7, b"")]),
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
]
METADATA = (("x-echo", "one"), ("x-echo", "two"), ("x-echo-bin", b"\x00\x01\xff"))


@pytest.mark.parametrize(("method", "asks"), CALLS)
def test_a_faithful_port_answers_as_legacy_does(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, said: Said, method: str, asks: list[Any]
) -> None:
    """Messages, statuses of thrown exceptions, details, metadata; and it says that the candidate served it."""
    sent = [said(*ask) for ask in asks]
    expected = probe.ask(direct, method, sent, metadata=METADATA)
    got = probe.ask(through, method, sent, metadata=METADATA)
    assert got.unmarked() == expected
    assert got.served_by == "candidate"


def test_legacy_is_not_asked(probe: Any, through: grpc.Channel, legacy: Any, said: Said) -> None:
    """What is ported needs nobody."""
    for method in ("Get", "List", "Sum", "Chat", "Put"):
        probe.ask(through, method, [said("x", 1)])
    assert legacy.seen == []


def test_an_entry_of_the_users_error_table_is_taken(probe: Any, through: grpc.Channel, said: Said) -> None:
    """The probe's table turns an ArithmeticException into OUT_OF_RANGE."""
    answer = probe.ask(through, "Get", [said("divide")])
    assert (answer.code, answer.details) == (grpc.StatusCode.OUT_OF_RANGE, "by zero")


@pytest.mark.parametrize("method", ["Get", "Chat"])
def test_a_request_that_is_no_message_ends_as_at_legacy(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, method: str
) -> None:
    """The words are grpcio's; a stream that ends so leaves a thread of grpcio behind, so grpcio is asked another."""
    expected = probe.ask(direct, "Get", [b"\xff\xff\xff"])
    got = probe.ask(through, method, [b"\xff\xff\xff"])
    assert (got.code, got.details) == (expected.code, expected.details)


def test_a_message_above_the_limit_ends_as_at_legacy(
    probe: Any, direct: grpc.Channel, through: grpc.Channel, said: Said
) -> None:
    """The limit is that of legacy, and so are the words."""
    sent = [said("x", 0, b"y" * 5_000_000)]
    expected, got = probe.ask(direct, "Get", sent), probe.ask(through, "Get", sent)
    assert (got.code, got.details) == (expected.code, expected.details)


@pytest.mark.parametrize("method", ["Later", "LaterChat", "Never"])
def test_what_nobody_has_ported_is_answered_by_legacy(
    probe: Any, strangler: Any, direct: grpc.Channel, through: grpc.Channel, said: Said, method: str
) -> None:
    """The mode wants the candidate; the client gets an answer all the same, and the log says it."""
    sent = [said("x", 1)]
    got = probe.ask(through, method, sent, metadata=METADATA)
    assert got.unmarked() == probe.ask(direct, method, sent, metadata=METADATA)
    assert got.served_by == "legacy"
    strangler.wait(lambda event: event.get("event") == "rpc.not_ported" and event["rpc"] == f"probe.v1.Probe/{method}")


def test_a_stream_that_nobody_has_ported_is_passed_on_from_its_beginning(
    probe: Any, through: grpc.Channel, said: Said, messages: Any
) -> None:
    """Messages that come later find their way too."""
    feed = probe.Feed()
    call, answers = probe.start(through, "LaterChat", iter(feed))
    for number in range(20):
        feed.put(said("x", number))
        assert messages.Said.FromString(next(answers)).number == number
    feed.close()
    assert list(answers) == []
    assert call.code() is grpc.StatusCode.OK


def test_a_shadow_call_that_may_write_is_not_passed_on(
    probe: Any, through: grpc.Channel, legacy: Any, said: Said
) -> None:
    """Also not where the handler says only when it is run that it is not ported."""
    shadow = (("x-crossfade-role", "shadow"),)
    for method, code in (("Never", "UNIMPLEMENTED"), ("LaterChat", "UNIMPLEMENTED"), ("Later", "OK")):
        answer = probe.ask(through, method, [said("x")], metadata=shadow)
        assert (answer.code.name, answer.served_by) == (code, "legacy")
    assert [seen.method for seen in legacy.seen] == ["/probe.v1.Probe/Get"]  # Later's handler at legacy is Get's


def test_a_reader_that_does_not_read_holds_the_handler_back(probe: Any, through: grpc.Channel, said: Said) -> None:
    """400 MB do not fit into the JVM's memory at once; all of them come when they are read."""
    _, answers = probe.start(through, "List", iter([said("x", 2000, b"z" * 200_000)]))
    next(answers)
    time.sleep(0.5)
    assert sum(1 for _ in answers) == 1999


def test_a_client_that_leaves_is_noticed(probe: Any, through: grpc.Channel, said: Said) -> None:
    """Handlers that would sleep for long are let go: more calls than workers are answered afterwards."""
    for _ in range(70):
        call, _ = probe.start(through, "Get", iter([said("sleep 60000")]))
        call.cancel()
    assert probe.ask(through, "Get", [said("x")]).code is grpc.StatusCode.OK


def test_a_deadline_is_known_to_the_handler(probe: Any, through: grpc.Channel, said: Said) -> None:
    """The client's time is over, and the handler's call is cancelled; the server's reset may come first."""
    answer = probe.ask(through, "Chat", [said("sleep 60000")], timeout_s=0.3)
    assert answer.code in {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
