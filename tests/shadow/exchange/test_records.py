"""The records of one request and of what each side answered."""

import dataclasses

import pytest

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, header_values
from crossfade.shadow.exchange.outcome import Reason

HEADERS: Headers = (("Accept", "a"), ("x-b", "1"), ("ACCEPT", ""), ("accept-language", "en"))


@pytest.mark.parametrize(
    ("name", "values"),
    [("accept", ("a", "")), ("ACCEPT", ("a", "")), ("X-B", ("1",)), ("x", ()), ("", ())],
)
def test_header_values(name: str, values: tuple[str, ...]) -> None:
    """All values in order, in any letter case, also empty ones."""
    assert header_values(HEADERS, name) == values


def test_records_do_not_change() -> None:
    """They go through several hands."""
    failure = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        failure.detail = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Answer(200, (), b"", False, (), 1.0)  # type: ignore[misc] # noqa: FBT003


def test_every_failure_is_a_reason() -> None:
    """What a side failed of is told by the same word in the outcome."""
    assert {reason.value for reason in FailureReason} <= {reason.value for reason in Reason}


def test_protocols_are_closed() -> None:
    """The words stand in stored evidence."""
    assert [protocol.value for protocol in Protocol] == ["http", "grpc"]
