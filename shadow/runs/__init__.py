"""One run from its start to its end, whoever compares: live traffic or ingest.

``setup`` turns a config into what a run is compared by, ``run`` opens, commits and ends it, ``recorder`` keeps raw
comparisons of it.
"""
