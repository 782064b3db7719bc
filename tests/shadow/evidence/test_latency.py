"""Latencies to two digits, and quantiles as the library gives them."""

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.latency import HISTOGRAMS, Latencies, read_quantiles
from crossfade.shadow.evidence.records import LatencyQuantiles
from crossfade.shadow.exchange.served import Served

NONE = LatencyQuantiles(p50=None, p95=None, p99=None)


def test_nothing_was_measured() -> None:
    """There are no quantiles, neither in memory nor read back."""
    expected = dict.fromkeys(HISTOGRAMS, NONE)
    assert Latencies().quantiles() == expected
    assert read_quantiles(Latencies().encode()) == expected
    assert read_quantiles(dict.fromkeys(HISTOGRAMS, "")) == expected


def test_who_was_asked_second() -> None:
    """Requests that the candidate answered have histograms of their own."""
    latencies = Latencies()
    latencies.record(10.0, 25.0, Served.CANDIDATE)
    found = latencies.quantiles()
    assert (found["legacy_ms"], found["candidate_ms"], found["paired_ratio"]) == (NONE, NONE, NONE)
    assert found["reversed_candidate_ms"].p50 == pytest.approx(25.0, rel=0.01)
    assert found["reversed_paired_ratio"].p50 == pytest.approx(2.5, rel=0.01)


def test_one_request() -> None:
    """In milliseconds; the ratio is candidate by legacy."""
    latencies = Latencies()
    latencies.record(10.0, 25.0)
    found = latencies.quantiles()
    assert found["legacy_ms"].p99 == pytest.approx(10.0, rel=0.01)
    assert found["candidate_ms"].p50 == pytest.approx(25.0, rel=0.01)
    assert found["paired_ratio"].p95 == pytest.approx(2.5, rel=0.01)


def test_what_took_no_time() -> None:
    """Took the least that can be told, on both sides alike."""
    latencies = Latencies()
    latencies.record(0.0, 0.0)
    found = latencies.quantiles()
    assert (found["legacy_ms"].p50, found["candidate_ms"].p50, found["paired_ratio"].p50) == (
        0.001,
        0.001,
        pytest.approx(1.0, rel=0.01),
    )


def test_a_latency_past_the_scale_is_counted() -> None:
    """At its end: a call of two hours must not be missing among the slow ones."""
    latencies = Latencies()
    latencies.record(0.001, 7_200_000.0)
    found = latencies.quantiles()
    for value in (found["candidate_ms"].p50, found["paired_ratio"].p50):
        assert value is not None
        assert value >= 3_500_000


TIMES = st.lists(st.tuples(st.floats(0, 1e7), st.floats(0, 1e7)), max_size=40)


@given(TIMES)
def test_as_the_library_gives_them(times: list[tuple[float, float]]) -> None:
    """Read back they are what they were, and what HdrHistogram itself gives for each percentile."""
    latencies = Latencies()
    for legacy, candidate in times:
        latencies.record(legacy, candidate)
    encoded = latencies.encode()
    assert read_quantiles(encoded) == latencies.quantiles()
    histogram = HdrHistogram.decode(encoded["paired_ratio"])
    if times:
        at = [histogram.get_value_at_percentile(pct) / 1000 for pct in (50, 95, 99)]
        assert read_quantiles(encoded)["paired_ratio"] == LatencyQuantiles(p50=at[0], p95=at[1], p99=at[2])
