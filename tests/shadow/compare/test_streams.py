"""Streams are compared as they come, and what is found is what comparing them as a whole would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import cost_bytes
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.proto import ProtoMessage
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import bounded, walk
from crossfade.shadow.compare.streams import WINDOW_MESSAGES, HeavyPair, StreamDiff
from crossfade.shadow.exchange.difference import Difference, Value
from crossfade.shadow.exchange.outcome import Reason


def _decode(message: bytes) -> Value:
    value = decode_json(message.decode())
    return ProtoMessage(value) if isinstance(value, dict) else value


def _new() -> StreamDiff:
    return StreamDiff(_decode, Place.at("message"), proto=True)


def _found(ours: list[bytes], theirs: list[bytes], order: str = "", *, whole: bool = True) -> tuple[Difference, ...]:
    """Feeds both in an order: l and o take one message of legacy and of the other side, the rest follows."""
    diff = _new()
    left, right = iter(ours), iter(theirs)
    for side in order:
        message = next(left if side == "l" else right, None)
        if message is not None:
            (diff.add_legacy if side == "l" else diff.add_other)(message)
    for message in left:
        diff.add_legacy(message)
    for message in right:
        diff.add_other(message)
    found = diff.finish(whole=whole)
    assert diff.waiting_bytes == (0 if whole else sum(map(cost_bytes, [*diff._legacy, *diff._other])))
    return found


_messages = st.lists(st.sampled_from([b"1", b"2", b'{"a": 1}', b'{"a": 2}', b'{"a":1}']), max_size=8)


@given(_messages, _messages, st.text("lo", max_size=20))
def test_whole_streams(ours: list[bytes], theirs: list[bytes], order: str) -> None:
    """Whatever the order in which messages come: a difference is found exactly where the lists differ by value."""
    found = _found(ours, theirs, order)
    left, right = (tuple(_decode(message) for message in side) for side in (ours, theirs))
    expected = bounded(walk(left, right, Place.at("message"), proto=True))
    assert bool(found) == bool(expected)


@given(_messages, st.text("lo", max_size=20))
def test_equal_streams(messages: list[bytes], order: str) -> None:
    """A stream is the same as itself, and nothing of it is kept."""
    assert _found(messages, messages, order) == ()


def test_equal_bytes_are_forgotten_at_once() -> None:
    """A long equal stream takes no memory, and its messages are not decoded."""
    diff = StreamDiff(lambda _: pytest.fail("decoded"), Place.at("message"), proto=True)
    for _ in range(10_000):
        diff.add_legacy(b"x")
        diff.add_other(b"x")
        assert diff.waiting_bytes == 0
    assert (diff.finish(whole=True), diff.compared) == ((), 10_000)


def test_windows() -> None:
    """Past a window what was compared is forgotten, and places go on counting."""
    diff = _new()
    for number in range(3 * WINDOW_MESSAGES):
        diff.add_legacy(b'{"n": %d}' % number)
        diff.add_other(b'{"n":%d}' % (number if number != 700 else 7))
        assert len(diff._legacy) <= WINDOW_MESSAGES
    assert [item.path for item in diff.finish(whole=True)] == ["message[700].n"]


def test_the_lead() -> None:
    """How far the other side is ahead, or behind."""
    diff = _new()
    diff.add_other(b"1")
    diff.add_other(b"2")
    assert diff.lead == 2
    diff.add_legacy(b"1")
    assert diff.lead == 1
    for _ in range(3):
        diff.add_legacy(b"9")
    assert diff.lead == -2


def test_a_cut_stream() -> None:
    """Only pairs count: a message that the other side may still send is not missing."""
    assert _found([b"1", b"2", b"3"], [b"1", b"2"], whole=False) == ()
    assert _found([b"1", b"2"], [b"1", b"2", b"3"], whole=False) == ()
    assert [item.path for item in _found([b"1", b"2", b"3"], [b"1", b"7"], whole=False)] == ["message[1]"]


def test_what_can_not_be_decoded() -> None:
    """Legacy's message makes it uncomparable; the candidate's is a difference."""

    def fail(message: bytes) -> Value:
        raise UndecodableError(f"not {message!r}")

    diff = StreamDiff(fail, Place.at("body"), proto=False)
    diff.add_legacy(b"x")
    diff.add_other(b"y")
    with pytest.raises(NotComparableError) as caught:
        diff.finish(whole=True)
    assert caught.value.reason is Reason.UNDECODABLE
    (found,) = _found([b"1"], [b"{"])
    assert (found.path, found.kind.value) == ("message[0]", "type")


def test_findings_are_bounded() -> None:
    """A field that differs in each of many messages hides no other one, and is kept 200 times."""
    ours = [b'{"a": 1, "b": 1}'] * 1000
    theirs = [b'{"a": 2, "b": 1}'] * 999 + [b'{"a": 2, "b": 2}']
    found = _found(ours, theirs)
    assert sum(item.path.endswith(".a") for item in found) == 200
    assert [item.path for item in found if item.path.endswith(".b")] == ["message[999].b"]


@given(_messages, st.text("lo", max_size=20))
def test_messages_are_compared_in_legacys_words(messages: list[bytes], order: str) -> None:
    """Each once, by legacy's message at its place, whichever of the two comes first; those without one stay."""
    diff = _new()
    pairs: list[tuple[bytes, bytes]] = []

    def translate(legacy: bytes, own: bytes) -> bytes:
        pairs.append((legacy, own))
        return own.removeprefix(b"own ")

    diff.own_to_legacy = translate
    theirs = [b"own " + message for message in (*messages, b"7")]
    left, right = iter(messages), iter(theirs)
    for side in order:
        message = next(left if side == "l" else right, None)
        if message is not None:
            (diff.add_legacy if side == "l" else diff.add_other)(message)
    for message in left:
        diff.add_legacy(message)
    for message in right:
        diff.add_other(message)
    assert pairs == list(zip(messages, theirs, strict=False))
    assert (diff.compared, diff.lead, list(diff._other)) == (len(messages), 1, [b"own 7"])
    assert diff.waiting_bytes == cost_bytes(b"own 7")


def _heavy() -> StreamDiff:
    diff = _new()
    diff.is_heavy = lambda one, other: b"8" in one + other
    return diff


def test_heavy_messages_are_set_aside() -> None:
    """In the words of both sides; what comes before and behind is compared here, at its own place."""
    diff = _heavy()
    diff.own_to_legacy = lambda _, own: own.replace(b"5", b"1")
    for ours, theirs in ((b"1", b"5"), (b"1", b"2"), (b"8", b"85"), (b"8", b"8"), (b"3", b"4")):
        diff.add_legacy(ours)
        diff.add_other(theirs)
    kept = diff.waiting_bytes
    assert diff.take_heavy() == (HeavyPair(first=2, legacy=b"8", other=b"85"),)
    assert diff.waiting_bytes == kept - cost_bytes(b"8") - cost_bytes(b"85")
    assert diff.take_heavy() == ()
    assert [item.path for item in diff.finish(whole=True)] == ["message[1]", "message[4]"]
    assert (diff.compared, diff.waiting_bytes) == (5, 0)


@pytest.mark.parametrize("side", ["legacy", "other"])
def test_a_heavy_rest_is_set_aside(side: str) -> None:
    """Message by message, once the streams have ended; of a cut stream nothing can be said of it."""
    for whole in (True, False):
        diff = _heavy()
        add = diff.add_legacy if side == "legacy" else diff.add_other
        for message in (b"1", b"8"):
            add(message)
        assert diff.finish(whole=whole) == ()
        assert [(pair.first, getattr(pair, side)) for pair in diff.take_heavy()] == (
            [(0, b"1"), (1, b"8")] if whole else []
        )


def test_places_of_messages_that_are_compared_by_themselves() -> None:
    """They count from where they stand in their streams."""
    diff = _new()
    diff.start_at(7)
    diff.add_legacy(b"1")
    diff.add_other(b"2")
    assert [item.path for item in diff.finish(whole=True)] == ["message[7]"]
