"""One request as it comes, and what of the answer is due."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.parity_tests.mock.book import Book, Client
from crossfade.parity_tests.mock.conversation import Begin, Conversation, End, Linger, Refuse, Send, Step, Wait

EARLY = Timing(client_ms=(-20.0, -10.0), server_ms=(-15.0, -5.0))


def talk_of(book: Book, call: Call) -> Conversation:
    """The conversation of a client that asks as the call does."""
    return Conversation(book, replace(call.request, body=b""), Client())


def steps(talk: Conversation) -> list[Step]:
    """All that can be done now."""
    found: list[Step] = []
    while not isinstance(step := talk.step(), Wait):
        found.append(step)
        if isinstance(step, End | Refuse | Linger):
            break
    return found


def said(found: list[Step]) -> list[str]:
    """In short."""
    return [step.data[5:].decode() if isinstance(step, Send) else type(step).__name__ for step in found]


def test_a_call_is_answered_when_it_is_whole(recorder: Any, book: Any, framed: Any) -> None:
    """Not before."""
    call = recorder.grpc("/p.S/Up", [b"1", b"2"], [b"a"])
    talk = talk_of(book([call]), call)
    assert steps(talk) == []
    talk.hear(framed([b"1"]), ended=False)
    assert steps(talk) == []
    talk.hear(framed([b"1", b"2"]), ended=False)
    assert steps(talk) == []
    talk.hear(framed([b"1", b"2"]), ended=True)
    assert said(steps(talk)) == ["Begin", "a", "End"]


def test_a_dialogue_goes_on_in_turns(recorder: Any, book: Any, framed: Any) -> None:
    """Who waits for an answer before the next message gets it."""
    call = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=EARLY)
    talk = talk_of(book([call]), call)
    assert steps(talk) == []
    talk.hear(framed([b"1"]), ended=False)
    assert said(steps(talk)) == ["Begin", "a"]
    talk.hear(framed([b"1", b"2"])[:-1], ended=False)
    assert steps(talk) == []
    talk.hear(framed([b"1", b"2"]), ended=False)
    assert said(steps(talk)) == ["b"]
    talk.hear(framed([b"1", b"2"]), ended=True)
    assert said(steps(talk)) == ["End"]


def test_another_recording_is_followed_where_the_message_is_its(recorder: Any, book: Any, framed: Any) -> None:
    """If it began in the same way; the first one is not used up."""
    one = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=EARLY)
    other = recorder.grpc("/p.S/Chat", [b"1", b"3"], [b"a", b"c"], timing=EARLY)
    made = book([one, other])
    talk = talk_of(made, one)
    talk.hear(framed([b"1"]), ended=False)
    assert said(steps(talk)) == ["Begin", "a"]
    talk.hear(framed([b"1", b"3"]), ended=True)
    assert said(steps(talk)) == ["c", "End"]
    assert [entry.uses for entries in made.entries.values() for entry in entries] == [0, 1]


@pytest.mark.parametrize("messages", [[b"1", b"9"], [b"1"]])
def test_a_dialogue_that_was_not_recorded(recorder: Any, book: Any, framed: Any, messages: list[bytes]) -> None:
    """Ends where it leaves what was: with another message, or too early."""
    call = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=EARLY)
    talk = talk_of(book([call]), call)
    talk.hear(framed([b"1"]), ended=False)
    steps(talk)
    talk.hear(framed(messages), ended=True)
    (step,) = steps(talk)
    assert isinstance(step, Refuse)


def test_a_message_that_no_recording_has(recorder: Any, book: Any, framed: Any) -> None:
    """Ends the call at once: its client may wait for an answer before it goes on."""
    call = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=EARLY)
    talk = talk_of(book([call]), call)
    assert isinstance(talk.step(), Wait)
    talk.hear(framed([b"9"]), ended=False)
    assert isinstance(talk.step(), Refuse)
    unknown = talk_of(book([]), call)
    assert isinstance(unknown.step(), Refuse)


def test_a_client_that_left(recorder: Any, book: Any) -> None:
    """What would have come is not known, so nothing is ended."""
    timing = Timing(client_ms=(0.0,), server_ms=(1.0, 2.0), cancelled_ms=3.0)
    call = recorder.grpc("/p.S/Watch", [b"1"], [b"a", b"b"], timing=timing)
    talk = talk_of(book([call]), call)
    talk.hear(call.request.body, ended=True)
    assert said(steps(talk)) == ["Begin", "a", "b", "Linger"]


def test_an_answer_before_the_end_of_the_request(recorder: Any, book: Any, framed: Any) -> None:
    """Legacy refused an upload: the mock does not wait for the rest of it."""
    timing = Timing(client_ms=(-9.0,), server_ms=(), half_closed=False)
    call = recorder.grpc("/p.S/Up", [b"1"], [], timing=timing, trailers=(("grpc-status", "3"),))
    talk = talk_of(book([call]), call)
    talk.hear(framed([b"1"]), ended=False)
    found = steps(talk)
    assert found[0] == Begin(200, call.reply.headers)
    assert found[-1] == End((("grpc-status", "3"),))


def test_two_of_one_request_at_a_time(recorder: Any, book: Any) -> None:
    """Get an answer each, whoever is first."""
    calls = [recorder.http("GET /a", n) for n in range(2)]
    made = book(calls)
    talks = [talk_of(made, calls[0]) for _ in range(2)]
    for talk in talks:
        talk.hear(b"", ended=True)
        assert isinstance(talk.step(), Begin)
    bodies = [step.data for talk in talks for step in steps(talk) if isinstance(step, Send)]
    assert bodies == [b"0", b"1"]


def test_what_was_not_recorded(recorder: Any, book: Any) -> None:
    """Is refused once it is whole."""
    made = book([recorder.http("POST /a", 1, {"x": 1})])
    talk = Conversation(made, recorder.request("POST", "/a"), Client())
    assert isinstance(talk.step(), Wait)
    talk.hear(b'{"x": 2}', ended=True)
    assert talk.step() == Refuse(talk.request)
