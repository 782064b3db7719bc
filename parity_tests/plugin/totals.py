"""How many calls a test run compared, and why it did not compare others."""

from collections import Counter
from typing import Any

import pytest

CALLS, COMPARED, LEFT_OUT = "crossfade.calls", "crossfade.compared", "crossfade.left_out"
NOISE = "crossfade.noise"
DIFFERENCE = "crossfade.difference"
"""Properties of a test's report, which are in JUnit files too; ``LEFT_OUT`` is there once for each reason,
``DIFFERENCE`` for each call and place, ``NOISE`` for each place."""
_NAMED = 5


class Totals:
    """Adds up the properties of all reports, whichever process they come from, and prints them at the end."""

    def __init__(self) -> None:
        self._calls = self._compared = 0
        self._left_out: Counter[str] = Counter()
        self._noise: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts one test."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            self._calls += value if name == CALLS and isinstance(value, int) else 0
            self._compared += value if name == COMPARED and isinstance(value, int) else 0
            self._noise[str(value)] += name == NOISE
            if name == LEFT_OUT:
                count, _, reason = str(value).partition(" ")
                self._left_out[reason] += int(count)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401 - pytest does not export its class
        """One line, and one for what was taken for noise; what was not compared is never left unsaid."""
        if not self._calls:
            return
        left = ", ".join(f"{count} {reason}" for reason, count in self._left_out.most_common())
        line = f"crossfade: {self._compared} of {self._calls} calls compared"
        terminalreporter.write_line(f"{line}; not compared: {left}" if left else line)
        noise = +self._noise
        if noise:
            named = ", ".join(place for place, _ in noise.most_common(_NAMED))
            more = f" and {len(noise) - _NAMED} more" if len(noise) > _NAMED else ""
            terminalreporter.write_line(
                f"crossfade: taken for noise, as legacy differs from itself there: {named}{more}"
            )
