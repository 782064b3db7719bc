"""What is compared, on which side, and what crossfade hears of it."""

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from crossfade.shadow.compare.fingerprint import request_hash
from crossfade.shadow.exchange import Protocol, Request

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
Modes = Callable[[str], None]


@pytest.fixture(autouse=True)
def _fresh(legacy: Any) -> None:
    """Legacy has seen nothing."""


ASKS = {"Get": [("x", 1)], "List": [("x", 5)], "Sum": [("a", 1), ("b", 2)], "Chat": [("a", 1), ("b", 2)]}


@pytest.mark.parametrize(
    ("mode", "served_by"),
    [("COMPARE", "legacy"), ("CANARY 0%", "legacy"), ("CANARY 100%", "candidate"), ("PORTED_COMPARE", "candidate")],
)
@pytest.mark.parametrize("method", ["Get", "List", "Sum", "Chat"])
def test_equal_answers_are_counted(
    probe: Any,
    modes: Modes,
    through: grpc.Channel,
    ingest: Any,
    legacy: Any,
    said: Said,
    mode: str,
    served_by: str,
    method: str,
) -> None:
    """One side answers, both are asked, of all four kinds of call."""
    since = len(ingest.events)
    modes(f"* = {mode}\n")
    answers = [probe.ask(through, method, [said(*ask) for ask in ASKS[method]]) for _ in range(3)]
    total = ingest.settled(method, 3, since=since)
    assert {answer.served_by for answer in answers} == {served_by}
    assert (total["entered"], total["equal"], total["pairs"], total["shed"]) == (3, 3, [], {})
    assert len(set(total["hashes"])) == 1
    assert len(legacy.of(method)) == 3


def test_equal_errors_are_counted(probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said) -> None:
    """Status, text, details and trailers are the same on both sides."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    for text in ("fail", "raise x", "meta"):
        probe.ask(through, "Get", [said(text)], metadata=(("x-echo", "y"),))
    assert ingest.settled("Get", 3, since=since)["equal"] == 3


@pytest.mark.parametrize(("mode", "served_by"), [("COMPARE", "legacy"), ("PORTED_COMPARE", "candidate")])
def test_an_unequal_pair_is_sent_whole(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said, messages: Any, mode: str, served_by: str
) -> None:
    """The request and both answers, as crossfade needs them to judge."""
    since = len(ingest.events)
    modes(f"* = {mode}\n")
    answer = probe.ask(through, "Get", [said("unequal", 3)], metadata=(("x-echo", "a"), ("x-echo-bin", b"\x00\xff")))
    (pair,) = ingest.settled("Get", 1, since=since)["pairs"]
    assert messages.Said.FromString(answer.messages[0]).text == served_by
    assert pair["v"] == 1
    assert base64.b64decode(pair["request"]["messages"][0]) == said("unequal", 3)
    assert ["x-echo", "a"] in pair["request"]["headers"]
    assert ["x-echo-bin", "AP8="] in pair["request"]["headers"]
    for side in ("legacy", "candidate"):
        got = pair[side]
        assert messages.Said.FromString(base64.b64decode(got["messages"][0])).text == side
        assert (got["status"], got["message"], got["truncated"]) == (0, "", False)
        assert got["trailers"] == [["x-echo", "a"], ["x-echo-bin", "AP8="]]
        assert got["latency_ms"] > 0


def test_the_hash_is_that_of_crossfade(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """A request that is equal at one time and unequal at another counts once: short, long, and block by block."""
    modes("* = COMPARE\n")
    for size in (0, 50, 60, 61, 62, 63, 64, 127, 128, 129, 5000):
        since = len(ingest.events)
        sent = [said("x", 1, b"z" * size), said("y")]
        probe.ask(through, "Sum", sent)
        (hashed,) = ingest.settled("Sum", 1, since=since)["hashes"]
        body = b"".join(b"\x00" + len(message).to_bytes(4, "big") + message for message in sent)
        assert hashed == f"{request_hash(_request(body)):016x}"


def _request(body: bytes) -> Request:
    return Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="",
        target="/probe.v1.Probe/Sum",
        headers=(("content-type", "application/grpc"),),
        body=body,
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def test_a_write_is_not_made_twice(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, legacy: Any, said: Said
) -> None:
    """It is answered, and counted as not compared."""
    for mode, calls in (("COMPARE", 1), ("PORTED_COMPARE", 0)):
        since, before = len(ingest.events), len(legacy.seen)
        modes(f"* = {mode}\n")
        probe.ask(through, "Put", [said("x")])
        assert ingest.settled("Put", 1, since=since)["shed"] == {"policy": 1}
        assert len(legacy.seen) - before == calls


@pytest.mark.parametrize("method", ["Later", "LaterChat", "Never"])
@pytest.mark.parametrize("mode", ["COMPARE", "PORTED_COMPARE"])
def test_what_is_not_ported_is_no_evidence(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said, method: str, mode: str
) -> None:
    """The client has legacy's answer, and nothing is called equal."""
    since = len(ingest.events)
    modes(f"* = {mode}\n")
    assert probe.ask(through, method, [said("x")]).served_by == "legacy"
    assert ingest.settled(method, 1, since=since)["shed"] == {"not_ported": 1}


def test_a_shadow_call_is_not_compared_again(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Whoever sent it compares it."""
    modes("* = COMPARE\n")
    since = len(ingest.events)
    probe.ask(through, "Get", [said("x")], metadata=(("x-crossfade-role", "shadow"),))
    probe.ask(through, "Get", [said("x")])
    assert ingest.settled("Get", 1, since=since)["entered"] == 1


def test_a_handler_that_hangs_does_not_hold_the_client_up(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Legacy's answer takes no longer; crossfade hears that the candidate gave none."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    start = time.monotonic()
    assert probe.ask(through, "Get", [said("sleep 700")]).served_by == "legacy"
    assert time.monotonic() - start < 1.3
    (pair,) = ingest.settled("Get", 1, since=since)["pairs"]
    assert pair["candidate"]["failed"] == "deadline"


def test_what_is_too_long_to_be_held_is_counted(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """The client gets it whole."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    assert len(probe.ask(through, "List", [said("x", 200, b"y" * 10_000)]).messages) == 200
    assert ingest.settled("List", 1, since=since)["shed"] == {"truncated": 1}


def test_a_client_that_left_is_counted(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Half an answer is not compared."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    probe.ask(through, "Get", [said("sleep 5000")], timeout_s=0.1)
    assert ingest.settled("Get", 1, since=since)["shed"] == {"client_cancelled": 1}


def test_a_legacy_that_does_not_answer_is_counted(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """The candidate has answered; legacy takes longer than a comparison may."""
    since = len(ingest.events)
    modes("* = PORTED_COMPARE\n")
    assert probe.ask(through, "Get", [said("sleep 700")]).served_by == "candidate"
    assert ingest.settled("Get", 1, since=since)["shed"] == {"legacy_failed": 1}


def test_a_call_that_legacy_ended_early_is_not_judged_by_more_than_was_said(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Legacy ended at "end", and so does the handler."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    feed = probe.Feed()
    call, answers = probe.start(through, "Chat", iter(feed))
    feed.put(said("a"))
    feed.put(said("end"))
    assert len(list(answers)) == 1
    feed.close()
    assert call.code() is grpc.StatusCode.OK
    assert ingest.settled("Chat", 1, since=since)["equal"] == 1


def test_a_full_queue_is_counted_and_holds_nobody_up(
    start: Any, connect: Any, legacy: Any, unix_ingest: Any, probe: Any, said: Said, tmp_path: Path
) -> None:
    """One comparison at once and one that waits: the others are shed, and every call is accounted for."""
    file = tmp_path / "modes"
    file.write_text("* = COMPARE\n")
    jvm = start(
        legacy=f"127.0.0.1:{legacy.port}",
        modes=file,
        ingest=unix_ingest.address,
        ingest_flush_s=0.05,
        compare_workers=1,
        compare_queue=1,
        compare_timeout_s=2,
    ).ready()
    channel = connect(jvm.port)
    begun = time.monotonic()
    calls = [probe.start(channel, "Get", iter([said("sleep 300", number)])) for number in range(8)]
    assert [len(list(answers)) for _, answers in calls] == [1] * 8
    assert time.monotonic() - begun < 2
    total = unix_ingest.settled("Get", 8)
    assert total["equal"] + total["shed"]["queue_full"] == total["entered"] == 8
    assert total["equal"] >= 2
    assert jvm.end() == 0


def test_a_lost_connection_is_made_anew(
    probe: Any, modes: Modes, strangler: Any, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """It says hello again, and nothing that was compared meanwhile is lost."""
    modes("* = COMPARE\n")
    probe.ask(through, "Get", [said("x")])
    hello = next(event for event in ingest.events if event.get("kind") == "hello")
    assert hello == {"v": 1, "kind": "hello", "service": "probe", "builds": {"candidate": "abc"}}
    time.sleep(0.2)  # what was counted so far is sent
    since, logged = len(ingest.events), len(strangler.events)
    ingest.hang_up()
    for text in ("x", "unequal"):
        probe.ask(through, "Get", [said(text)])
    strangler.named("ingest.connected", since=logged)
    total = ingest.settled("Get", 2, since=since)
    assert (total["equal"], len(total["pairs"])) == (1, 1)
    assert ingest.wait(lambda event: event.get("kind") == "hello", since=since)
