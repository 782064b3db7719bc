"""The time of a notice."""

from crossfade.shadow.canary.notify.notice import moment


def test_a_moment_is_written_in_utc() -> None:
    """With milliseconds and a Z, whatever the machine's zone."""
    assert moment(0.25) == "1970-01-01T00:00:00.250Z"
