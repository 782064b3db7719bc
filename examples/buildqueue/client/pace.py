"""Keeps the client from sending faster than the proxy compares: what a busy machine can't compare is shed."""

import threading
import time
import urllib.request
from typing import NamedTuple

POLL_S = 0.25
READ_S = 10


class Reading(NamedTuple):
    """Requests that have an outcome, and whether the compare process runs."""

    compared: int
    compare_up: bool


class NotComparingError(Exception):
    """The proxy has stopped comparing; the message tells what its metrics showed last."""


def parse(text):
    """The reading in a Prometheus text. Raises: ValueError: it is not the text of a proxy."""
    samples = [line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    up = [float(value) for name, _, value in samples if name == "crossfade_compare_up"]
    if not up:
        raise ValueError("expected the metrics of crossfade shadow, got none")
    ends = [float(value) for name, _, value in samples if name.startswith("crossfade_outcomes_total{")]
    return Reading(compared=int(sum(ends)), compare_up=up == [1.0])


def read_from(url):
    """What gives a new reading of a proxy; it raises OSError or ValueError where there is none."""

    def read():
        with urllib.request.urlopen(url, timeout=READ_S) as answer:
            return parse(answer.read().decode())

    return read


class Pace:
    """At most ``window`` requests sent and not compared; ``read`` gives a Reading.

    ``patience_s`` is how long the proxy may compare nothing at all while the client waits for it.
    """

    def __init__(self, read, window, patience_s, now=time.monotonic, sleep=time.sleep):
        self._read, self._window, self._patience_s = read, window, patience_s
        self._now, self._sleep = now, sleep
        self._one_at_a_time = threading.Lock()
        self._sent = self._compared = 0
        self._before = None
        self._failure = None
        self.waited_s = 0.0

    def wait(self):
        """Returns when one more may be sent, and counts it. Raises: NotComparingError: it never will be."""
        with self._one_at_a_time:
            if self._before is None or self._sent - self._compared >= self._window:
                self._await_proxy()
            self._sent += 1

    def _await_proxy(self):
        if self._failure:  # the other workers need not find out for themselves
            raise NotComparingError(self._failure)
        began = moved = self._now()
        while True:
            compared, problem = self._compared, self._look()
            if not problem and self._sent - self._compared < self._window:
                break
            now = self._now()
            moved = now if self._compared > compared else moved
            if now - moved >= self._patience_s:
                self._failure = f"{self._sent - self._compared} requests are not compared, {problem or 'none was'}"
                self._failure = (
                    f"expected the proxy to compare, got no progress in {now - moved:.0f} s: {self._failure}"
                )
                raise NotComparingError(self._failure)
            self._sleep(POLL_S)
        self.waited_s += self._now() - began

    def _look(self):
        """Takes a reading; what is wrong with the proxy, "" where it compares."""
        try:
            reading = self._read()
        except (OSError, ValueError) as error:
            return f"no metrics ({error})"
        if self._before is None:
            self._before = reading.compared
        self._compared = reading.compared - self._before
        return "" if reading.compare_up else "the compare process is down"


class NoPace:
    """The client alone, or with a proxy that shows no metrics: nothing to wait for."""

    waited_s = 0.0

    def wait(self):
        pass
