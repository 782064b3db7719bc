"""Modes change while the server runs, per RPC, and a call ends where it began."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
Modes = Callable[[str], None]


def test_each_rpc_has_a_mode_of_its_own(probe: Any, modes: Modes, through: grpc.Channel, said: Said) -> None:
    """A line for one RPC, a star for the others, comments and blanks."""
    modes("# who answers\n\nprobe.v1.Probe/Get = PORTED  # done\n*=LEGACY\nprobe.v1.Probe/Sum = PORTED_COMPARE\n")
    served = {method: probe.ask(through, method, [said("x")]).served_by for method in ("Get", "Put", "List", "Sum")}
    assert served == {"Get": "candidate", "Put": "legacy", "List": "legacy", "Sum": "candidate"}


def test_a_canary_gets_its_share(probe: Any, modes: Modes, through: grpc.Channel, said: Said) -> None:
    """Of 400 calls at 25 %, 100 and a little."""
    modes("* = CANARY 25%\n")
    served = Counter(probe.ask(through, "Get", [said("x")]).served_by for _ in range(400))
    assert 60 < served["candidate"] < 145
    modes("* = CANARY 100 %\n")
    assert {probe.ask(through, "Get", [said("x")]).served_by for _ in range(20)} == {"candidate"}
    modes("* = CANARY 0%\n")
    assert {probe.ask(through, "Get", [said("x")]).served_by for _ in range(20)} == {"legacy"}


def test_a_shadow_call_in_a_canary_is_answered_by_the_candidate(
    probe: Any, modes: Modes, through: grpc.Channel, said: Said
) -> None:
    """It is asked for the candidate's sake."""
    modes("* = CANARY 1%\n")
    shadow = (("x-crossfade-role", "shadow"),)
    assert {probe.ask(through, "Get", [said("x")], metadata=shadow).served_by for _ in range(20)} == {"candidate"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("* = PORTED\nprobe.v1.Probe/Get = PORTD\n", "line 2: expected LEGACY, COMPARE"),
        ("* = PORTED\n* = LEGACY\n", "line 2: expected each RPC once"),
        ("Get = PORTED\n", "line 1: expected package.Service/Method = MODE"),
        ("probe.v1.Probe/Get\n", "line 1: expected package.Service/Method = MODE"),
        ("* = CANARY 101%\n", "line 1: expected LEGACY, COMPARE"),
        ("", "expected at least one line"),
        ("# nothing\n", "expected at least one line"),
        ("* = CANARY\n", "line 1: expected LEGACY, COMPARE"),
        ("* = ported\n", "line 1: expected LEGACY, COMPARE"),
        ("* = PORTED\n\xff", "UTF-8"),
    ],
)
def test_a_broken_file_changes_nothing(
    probe: Any,
    modes: Modes,
    modes_file: Path,
    strangler: Any,
    through: grpc.Channel,
    said: Said,
    text: str,
    complaint: str,
) -> None:
    """The last good modes hold on, the log says which line is wrong, and the next good file is taken."""
    modes("* = LEGACY\nprobe.v1.Probe/Get = PORTED\n")
    since = len(strangler.events)
    modes_file.write_bytes(text.encode("latin-1"))
    assert complaint in strangler.named("modes.kept", since=since)["because"]
    assert probe.ask(through, "Get", [said("x")]).served_by == "candidate"
    assert probe.ask(through, "Sum", [said("x")]).served_by == "legacy"
    modes("* = PORTED\n")
    assert probe.ask(through, "Sum", [said("x")]).served_by == "candidate"


def test_a_file_that_vanishes_changes_nothing(
    probe: Any, modes: Modes, modes_file: Path, strangler: Any, through: grpc.Channel, said: Said
) -> None:
    """Said once in the log; and a file that is swapped by a link, as Kubernetes does it, is taken."""
    modes("* = PORTED\n")
    since = len(strangler.events)
    modes_file.unlink()
    strangler.named("modes.kept", since=since)
    assert probe.ask(through, "Get", [said("x")]).served_by == "candidate"
    other = modes_file.with_name("swapped")
    other.write_text("* = LEGACY # swapped\n")
    modes_file.symlink_to(other)
    strangler.named("modes.changed", since=since)
    assert probe.ask(through, "Get", [said("x")]).served_by == "legacy"
    modes_file.unlink()
    modes_file.write_text("* = LEGACY # swapped\n")


def test_a_line_for_an_rpc_that_is_not_there_is_told(modes: Modes, strangler: Any) -> None:
    """The rest of the file holds."""
    since = len(strangler.events)
    modes("probe.v1.Probe/Gett = PORTED\n")
    assert strangler.named("modes.unknown_rpc", since=since)["rpc"] == "probe.v1.Probe/Gett"


def test_an_open_stream_ends_where_it_began(
    probe: Any, modes: Modes, through: grpc.Channel, legacy: Any, said: Said, messages: Any
) -> None:
    """Ten streams that began under one mode go on while it changes under them, and new calls follow the new one."""
    open_calls = []
    for side, text in (("legacy", "* = LEGACY\n"), ("candidate", "* = PORTED\n")) * 5:
        modes(text)
        feed = probe.Feed()
        call, answers = probe.start(through, "Chat", iter(feed))
        feed.put(said("first"))
        next(answers)
        open_calls.append((side, feed, call, answers))
    for number in range(5):
        modes("* = LEGACY\n" if number % 2 else "* = PORTED\n")
        for _, feed, _, answers in open_calls:
            feed.put(said("x", number))
            assert messages.Said.FromString(next(answers)).number == number
    assert len(legacy.of("Chat")) == 5
    for side, feed, call, answers in open_calls:
        feed.close()
        answer = probe.ended(call, answers)
        assert (answer.code, answer.served_by) == (grpc.StatusCode.OK, side)


def test_no_call_is_lost_while_modes_change(probe: Any, modes: Modes, through: grpc.Channel, said: Said) -> None:
    """Calls from four threads, twenty changes."""
    stop = threading.Event()
    answers: list[Any] = []

    def call() -> None:
        while not stop.is_set():
            answers.append(probe.ask(through, "Get", [said("x", len(answers))]))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(20):
            modes("* = LEGACY\n" if number % 2 else "* = PORTED\n")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {answer.code for answer in answers} == {grpc.StatusCode.OK}
    assert {answer.served_by for answer in answers} == {"legacy", "candidate"}
