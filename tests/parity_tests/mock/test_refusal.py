"""What is answered where the recording has nothing."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from crossfade.parity_tests.mock.book import Book
from crossfade.parity_tests.mock.conversation import Refuse
from crossfade.parity_tests.mock.refusal import refusal
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.shadow_headers import is_not_recorded


@pytest.mark.parametrize(
    ("line", "why", "nearest"),
    [
        ("GET /builds/18", "another path was recorded", "GET /builds/17"),
        ("GET /builds/17?x=1", "another query was recorded", "GET /builds/17"),
        ("DELETE /builds/17", "another method was recorded", "GET /builds/17"),
        ("POST /builds", "another body, or other conditions in its header, were recorded", "POST /builds"),
    ],
)
def test_the_nearest_call_is_named(recorder: Any, book: Any, line: str, why: str, nearest: str) -> None:
    """With what is not the same."""
    made = book(
        [recorder.http("GET /builds/17", 1), recorder.http("POST /builds", 2, {"a": 1}), recorder.http("GET /", 3)]
    )
    answer = refusal(Refuse(recorder.request(*line.split(), b"{}")), made)
    told = json.loads(answer.body)
    assert (answer.status, is_not_recorded(answer)) == (501, True)
    assert (told["error"], told["why"], told["request"]) == ("not recorded", why, line)
    assert (told["nearest"]["request"], told["nearest"]["session"]) == (nearest, "s-1")


def test_a_write_that_was_given(recorder: Any, book: Any) -> None:
    """Says so."""
    made = book([recorder.http("POST /a", 1, {"a": 1})])
    (entries,) = made.entries.values()
    entries[0].uses = 1
    told = json.loads(refusal(Refuse(recorder.request("POST", "/a", b'{"a": 1}')), made).body)
    assert told["why"] == "it was asked for more often than it was recorded"


def test_an_answer_that_is_not_whole(recorder: Any, book: Any) -> None:
    """Is told apart from a request that is not there."""
    made = book([recorder.http("GET /a", 1)])
    (entries,) = made.entries.values()
    told = json.loads(refusal(Refuse(recorder.request("GET", "/a"), entries[0]), made).body)
    assert told["why"] == "legacy's answer was not recorded as a whole"


def test_head(recorder: Any, book: Any) -> None:
    """The header alone."""
    answer = refusal(Refuse(recorder.request("HEAD", "/a")), book([]))
    assert (answer.status, answer.body, is_not_recorded(answer)) == (501, b"", True)


def test_a_call(recorder: Any, book: Any) -> None:
    """UNIMPLEMENTED, with the same mark and words."""
    made = book([recorder.http("GET /a", 1), recorder.grpc("/p.S/Get", [b"1"], [b"a"])])
    answer = refusal(Refuse(recorder.request("POST", "/p.S/Got", protocol=Protocol.GRPC)), made)
    fields = dict(answer.headers)
    assert (answer.status, fields["grpc-status"], is_not_recorded(answer)) == (200, "12", True)
    assert json.loads(unquote(fields["grpc-message"]))["nearest"]["request"] == "POST /p.S/Get"


def test_nothing_of_the_protocol(recorder: Any) -> None:
    """Names none."""
    told = json.loads(refusal(Refuse(recorder.request("GET", "/a")), Book(None)).body)
    assert (told["why"], told["nearest"]) == ("no call of http was recorded", None)


def test_it_is_bounded(recorder: Any, book: Any) -> None:
    """Long targets are cut, and of many calls not all are looked at."""
    calls = [recorder.http(f"GET /{'x' * 5000}/{number}", number) for number in range(3)]
    answer = refusal(Refuse(recorder.request("GET", f"/{'y' * 100_000}")), book(calls))
    assert len(answer.body) < 1000
