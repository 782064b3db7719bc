"""What legacy answered before."""

from crossfade.parity_tests.replay.twins import Twins
from crossfade.shadow.exchange import Answer, Failure, FailureReason


def _answer(size: int) -> Answer:
    return Answer(status=200, headers=(), body=b"x" * size, truncated=False, trailers=(), latency_ms=1.0)


def test_a_reply_is_taken_once() -> None:
    """Then it is forgotten; a failure is a reply, too."""
    twins, failed = Twins(), Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    twins.keep("a", failed)
    twins.keep("b", None)
    assert (twins.take("a"), twins.take("a"), twins.take("b"), twins.left_out) == (failed, None, None, 0)


def test_what_has_no_room_is_counted() -> None:
    """A smaller one still fits."""
    twins = Twins(max_bytes=2000)
    for name, size in (("a", 1000), ("b", 1000), ("c", 0)):
        twins.keep(name, _answer(size))
    assert [twins.take(name) is not None for name in "abc"] == [True, False, True]
    assert twins.left_out == 1
