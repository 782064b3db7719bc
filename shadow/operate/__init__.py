"""Running the proxy beside live traffic: nothing in here may slow a client down or end a run.

``switch`` is the kill switch, a file; ``reload`` applies new rules. ``status`` is what the compare process reports to
the engine, ``buckets`` counts durations, ``metrics`` renders all figures for Prometheus, ``admin`` serves them together
with live and ready. ``weights_api`` is where a controller moves traffic, ``weights_file`` what of it survives a
restart.
"""
