"""How long the two sides took for the same requests: histograms of bounded size, and their quantiles."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate

from hdrh.histogram import HdrHistogram

from crossfade.shadow.evidence.records import LatencyQuantiles

_UNITS = {"legacy_ms": 1000, "candidate_ms": 1000, "paired_ratio": 1000}
"""The histograms, and how much of what they hold is 1: they hold integers, microseconds and thousandths."""
_HIGHEST = 3_600_000_000
"""The end of the histograms: what is above counts as this, an hour or a ratio of 3.6 million."""
_PCTS = (50, 95, 99)


class Latencies:
    """The times of each side and the ratio of candidate to legacy, to two digits, over the same requests."""

    def __init__(self) -> None:
        self._histograms = {name: HdrHistogram(1, _HIGHEST, 2) for name in _UNITS}

    def record(self, legacy_ms: float, candidate_ms: float) -> None:
        """Takes one request; what took less than a microsecond took one."""
        legacy, candidate = max(legacy_ms, 0.001), max(candidate_ms, 0.001)
        values = {"legacy_ms": legacy, "candidate_ms": candidate, "paired_ratio": candidate / legacy}
        for name, histogram in self._histograms.items():
            histogram.record_value(min(max(1, round(values[name] * _UNITS[name])), _HIGHEST))

    def encode(self) -> dict[str, str]:
        """Each histogram as text (HdrHistogram V2, base64) by its name: legacy_ms, candidate_ms, paired_ratio."""
        return {name: histogram.encode().decode("ascii") for name, histogram in self._histograms.items()}

    def quantiles(self) -> dict[str, LatencyQuantiles]:
        """The quantiles of each, by its name."""
        return {name: _quantiles(histogram, _UNITS[name]) for name, histogram in self._histograms.items()}


def read_quantiles(encoded: Mapping[str, str]) -> dict[str, LatencyQuantiles]:
    """The quantiles of what ``Latencies.encode`` gave."""
    return {name: _quantiles(HdrHistogram.decode(text), _UNITS[name]) for name, text in encoded.items()}


def _quantiles(histogram: HdrHistogram, unit: int) -> LatencyQuantiles:
    """As ``get_value_at_percentile`` gives them, which adds up all counts anew for each."""
    if not histogram.get_total_count():
        return LatencyQuantiles(p50=None, p95=None, p99=None)
    up_to = list(accumulate(histogram.counts[:]))
    places = (bisect_left(up_to, histogram.get_target_count_at_percentile(pct)) for pct in _PCTS)
    values = (histogram.get_highest_equivalent_value(histogram.get_value_from_index(place)) for place in places)
    p50, p95, p99 = (value / unit for value in values)
    return LatencyQuantiles(p50=p50, p95=p95, p99=p99)
