"""Running the proxy beside live traffic: nothing in here may slow a client down or end a run.

``switch`` is the kill switch as a file, ``reload`` takes up new rules. ``status`` is what the compare process tells the
engine of itself, ``buckets`` counts durations, ``metrics`` writes all figures for Prometheus, ``admin`` serves them
beside live and ready.
"""
