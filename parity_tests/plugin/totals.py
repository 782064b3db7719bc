"""How many calls a test run compared, and why it did not compare others."""

from collections import Counter
from typing import Any

import pytest

CALLS, COMPARED, LEFT_OUT = "crossfade.calls", "crossfade.compared", "crossfade.left_out"
NOISE, TIMES = "crossfade.noise", "crossfade.broken_times"
DIFFERENCE = "crossfade.difference"
"""Properties of a test's report, which are in JUnit files too; ``LEFT_OUT`` is there once for each reason,
``DIFFERENCE`` for each call and place, ``NOISE`` and ``TIMES`` for each place."""
_NAMED = 5


class Totals:
    """Adds up the properties of all reports, whichever process they come from, and prints them at the end."""

    def __init__(self) -> None:
        self._calls = self._compared = 0
        self._left_out: Counter[str] = Counter()
        self._noise: Counter[str] = Counter()
        self._times: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts one test."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            self._calls += value if name == CALLS and isinstance(value, int) else 0
            self._compared += value if name == COMPARED and isinstance(value, int) else 0
            self._noise[str(value)] += name == NOISE
            self._times[str(value)] += name == TIMES
            if name == LEFT_OUT:
                count, _, reason = str(value).partition(" ")
                self._left_out[reason] += int(count)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401 - pytest does not export its class
        """What was compared, taken for noise, and wrong in times; what was not compared is never left unsaid."""
        if not self._calls:
            return
        left = ", ".join(f"{count} {reason}" for reason, count in self._left_out.most_common())
        line = f"crossfade: {self._compared} of {self._calls} calls compared"
        terminalreporter.write_line(f"{line}; not compared: {left}" if left else line)
        for what, places in (
            ("taken for noise, as legacy differs from itself there", +self._noise),
            ("times that break what holds at legacy", +self._times),
        ):
            if places:
                terminalreporter.write_line(f"crossfade: {what}: {_some(places)}")


def _some(places: Counter[str]) -> str:
    named = ", ".join(place for place, _ in places.most_common(_NAMED))
    return f"{named} and {len(places) - _NAMED} more" if len(places) > _NAMED else named
