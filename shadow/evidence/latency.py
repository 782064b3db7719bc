"""How long the two sides took for the same requests: histograms of bounded size, and their quantiles."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate

from hdrh.histogram import HdrHistogram

from crossfade.shadow.evidence.records import LatencyQuantiles
from crossfade.shadow.exchange.served import Served

_NAMES = ("legacy_ms", "candidate_ms", "paired_ratio")
_PREFIX = {Served.LEGACY: "", Served.CANDIDATE: "reversed_"}
HISTOGRAMS = tuple(f"{prefix}{name}" for prefix in _PREFIX.values() for name in _NAMES)
"""Those of requests whose client legacy answered, and those of the others: who is asked second finds warm caches."""
_UNIT = 1000
"""How much of what they hold is 1: they hold integers, microseconds and thousandths."""
_HIGHEST = 3_600_000_000
"""The end of the histograms: what is above counts as this, an hour or a ratio of 3.6 million."""
_PCTS = (50, 95, 99)


class Latencies:
    """The times of each side and the ratio of candidate to legacy, to two digits, over the same requests.

    By who answered the client, because the other side was asked after that.
    """

    def __init__(self) -> None:
        self._histograms = {name: HdrHistogram(1, _HIGHEST, 2) for name in HISTOGRAMS}

    def record(self, legacy_ms: float, candidate_ms: float, served: Served = Served.LEGACY) -> None:
        """Takes one request; what took less than a microsecond took one."""
        legacy, candidate = max(legacy_ms, 0.001), max(candidate_ms, 0.001)
        for name, value in zip(_NAMES, (legacy, candidate, candidate / legacy), strict=True):
            histogram = self._histograms[f"{_PREFIX[served]}{name}"]
            histogram.record_value(min(max(1, round(value * _UNIT)), _HIGHEST))

    def encode(self) -> dict[str, str]:
        """Each histogram as text (HdrHistogram V2, base64), by its name."""
        return {name: histogram.encode().decode("ascii") for name, histogram in self._histograms.items()}

    def quantiles(self) -> dict[str, LatencyQuantiles]:
        """The quantiles of each, by its name."""
        return {name: _quantiles(histogram) for name, histogram in self._histograms.items()}


def read_quantiles(encoded: Mapping[str, str]) -> dict[str, LatencyQuantiles]:
    """The quantiles of what ``Latencies.encode`` gave; an older store has "" where nothing could be measured."""
    return {
        name: _quantiles(HdrHistogram.decode(text)) if text else LatencyQuantiles() for name, text in encoded.items()
    }


def _quantiles(histogram: HdrHistogram) -> LatencyQuantiles:
    """As ``get_value_at_percentile`` gives them, which adds up all counts anew for each."""
    if not histogram.get_total_count():
        return LatencyQuantiles()
    up_to = list(accumulate(histogram.counts[:]))
    places = (bisect_left(up_to, histogram.get_target_count_at_percentile(pct)) for pct in _PCTS)
    values = (histogram.get_highest_equivalent_value(histogram.get_value_from_index(place)) for place in places)
    p50, p95, p99 = (value / _UNIT for value in values)
    return LatencyQuantiles(p50=p50, p95=p95, p99=p99)
