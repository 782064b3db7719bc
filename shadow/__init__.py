"""Live traffic: seen by an engine, mirrored, compared, and kept as evidence.

The rooms in the way of the data: ``capture``, ``mirror``, ``compare``, ``evidence``; ``exchange`` has the records that
all share, ``config`` what a person sets, ``recording`` keeps raw comparisons, ``operate`` is what runs beside them.
"""
