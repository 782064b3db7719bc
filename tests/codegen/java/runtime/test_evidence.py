"""What must not be lost from the evidence, and what must not be taken for it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
Modes = Callable[[str], None]


@pytest.fixture
def comparing(start: Any, unix_ingest: Any, connect: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts a JVM of its own whose RPCs are all in COMPARE: it, and a channel to it."""
    started: list[Any] = []

    def comparing(legacy: Any, **settings: object) -> tuple[Any, grpc.Channel]:
        file = tmp_path / "modes"
        file.write_text("* = COMPARE\n")
        settings = {"ingest": unix_ingest.address, "ingest_flush_s": 0.05, **settings}
        started.append(start(legacy=f"127.0.0.1:{legacy.port}", modes=file, **settings).ready())
        return started[-1], connect(started[-1].port)

    yield comparing
    for jvm in started:
        if jvm.process.poll() is None:
            jvm.end()


@pytest.mark.parametrize("mode", ["PORTED_COMPARE", "CANARY 100%"])
def test_a_candidate_that_hangs_until_its_client_leaves_is_a_divergence(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said, mode: str
) -> None:
    """Legacy would have answered within the client's time."""
    since = len(ingest.events)
    modes(f"* = {mode}\n")
    answer = probe.ask(through, "Get", [said("hang 600")], timeout_s=0.3)
    assert answer.code is grpc.StatusCode.DEADLINE_EXCEEDED
    (pair,) = ingest.settled("Get", 1, since=since)["pairs"]
    assert (pair["candidate"]["failed"], pair["legacy"]["status"]) == ("deadline", 0)


def test_a_client_that_leaves_before_its_time_is_over_shows_nothing(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Also where the candidate was asked: it still had time."""
    since = len(ingest.events)
    modes("* = PORTED_COMPARE\n")
    call, _ = probe.start(through, "Get", iter([said("sleep 600")]), timeout_s=5)
    time.sleep(0.2)
    call.cancel()
    assert ingest.settled("Get", 1, since=since)["shed"] == {"client_cancelled": 1}


def test_both_sides_too_slow_for_the_client_are_no_divergence(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Legacy has the client's time, not that of a comparison."""
    since = len(ingest.events)
    modes("* = PORTED_COMPARE\n")
    probe.ask(through, "Get", [said("sleep 300")], timeout_s=0.15)
    assert ingest.settled("Get", 1, since=since)["shed"] == {"legacy_failed": 1}


def test_messages_without_bytes_take_memory_too(probe: Any, modes: Modes, through: grpc.Channel, ingest: Any) -> None:
    """A client can send them without end."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    assert probe.ask(through, "Sum", [b""] * 40_000).code is grpc.StatusCode.OK
    assert ingest.settled("Sum", 1, since=since)["shed"] == {"truncated": 1}


@pytest.mark.parametrize("way", ["fin", "goaway", "eos", "503", "bare"])
def test_what_grpc_says_for_legacy_is_not_its_answer(
    comparing: Any, new_failing_legacy: Any, unix_ingest: Any, probe: Any, said: Said, way: str
) -> None:
    """The connection ended, or a proxy answered: the candidate is not measured by that."""
    legacy = new_failing_legacy(way)
    _, channel = comparing(legacy)
    assert probe.ask(channel, "Get", [said("x")]).code is not grpc.StatusCode.OK
    total = unix_ingest.settled("Get", 1)
    assert (total["shed"], total["pairs"]) == ({"legacy_failed": 1}, [])
    legacy.close()


def test_a_replay_that_the_end_of_the_process_cuts_is_shed(
    comparing: Any, legacy: Any, unix_ingest: Any, probe: Any, said: Said
) -> None:
    """Its interrupt is not the handler's answer; what still waits is counted too."""
    jvm, channel = comparing(legacy, compare_workers=1)
    for _ in range(3):
        assert probe.ask(channel, "Get", [said("hang 5000")]).code is grpc.StatusCode.OK
    assert jvm.end() == 0
    total = unix_ingest.settled("Get", 3)
    assert (total["shed"], total["pairs"]) == ({"shutdown": 3}, [])


def test_handlers_that_hang_do_not_stop_other_comparisons(
    comparing: Any, legacy: Any, unix_ingest: Any, probe: Any, said: Said
) -> None:
    """They are told of when their time is over, and one RPC holds so many threads and no more."""
    _, channel = comparing(legacy, compare_workers=1, compare_timeout_s=0.2)
    for _ in range(6):
        probe.ask(channel, "Get", [said("hang 8000")])
    probe.ask(channel, "List", [said("x", 2)])
    begun = time.monotonic()
    assert unix_ingest.settled("List", 1)["equal"] == 1
    total = unix_ingest.settled("Get", 6)
    assert time.monotonic() - begun < 5
    assert [pair["candidate"]["failed"] for pair in total["pairs"]] == ["deadline"] * 4
    assert total["shed"] == {"queue_full": 2}


def test_nothing_is_sent_to_a_crossfade_that_refuses_the_hello(
    comparing: Any, legacy: Any, new_ingest: Any, probe: Any, said: Said
) -> None:
    """All of it comes when the hello is taken; until then it asks ever more seldom."""
    ingest = new_ingest(refusing=True)
    _, channel = comparing(legacy, ingest=ingest.address)
    for number in range(20):
        probe.ask(channel, "Get", [said("unequal" if number % 2 else "x")])
        time.sleep(0.05)
    hellos = len(ingest.events)
    assert hellos < 8
    ingest.refusing = False
    total = ingest.settled("Get", 20)
    assert (total["entered"], total["equal"], len(total["pairs"])) == (20, 10, 10)
    ingest.close()


def test_an_error_table_that_fails_is_compared_as_the_client_would_have_it(
    probe: Any, modes: Modes, through: grpc.Channel, ingest: Any, said: Said
) -> None:
    """Python's table stands in for it."""
    since = len(ingest.events)
    modes("* = COMPARE\n")
    probe.ask(through, "Get", [said("broken table")])
    assert ingest.settled("Get", 1, since=since)["equal"] == 1


def test_a_shadow_call_is_one_whatever_roles_are_added(
    probe: Any, modes: Modes, through: grpc.Channel, legacy: Any, said: Said
) -> None:
    """A second value does not make it a call that may write."""
    modes("* = LEGACY\n")
    roles = (("x-crossfade-role", "shadow"), ("x-crossfade-role", "other"))
    assert probe.ask(through, "Never", [said("x")], metadata=roles).code is grpc.StatusCode.UNIMPLEMENTED
    assert legacy.seen == []


def test_a_stub_needs_no_worker_to_be_answered_by_legacy(
    comparing: Any, legacy: Any, probe: Any, said: Said, tmp_path: Path
) -> None:
    """All workers are busy, and legacy is well."""
    jvm, channel = comparing(legacy, concurrency=1, waiting=0, modes_poll_s=0.02)
    since = len(jvm.events)
    (tmp_path / "modes").write_text("* = PORTED\n")
    jvm.named("modes.changed", since=since)
    assert probe.ask(channel, "Later", [said("x")]).served_by == "legacy"
    call, _ = probe.start(channel, "Get", iter([said("sleep 1000")]))
    time.sleep(0.2)
    answer = probe.ask(channel, "Later", [said("x")])
    assert (answer.code, answer.served_by) == (grpc.StatusCode.OK, "legacy")
    call.cancel()
