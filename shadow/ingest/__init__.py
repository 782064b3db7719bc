"""Comparisons that were made elsewhere: generated Java services contact both sides themselves and send the pairs.

``lines`` cuts a connection's bytes, ``protocol`` reads a line with ``fields``, ``answers`` makes exchanges of a pair,
``reasons`` knows why a request was not compared. ``service`` tells what the lines hold as any source of pairs would
(``capture.source``). ``intake`` takes what sources tell: it has pairs judged, after the ``secondary`` was contacted if
there is one, and counts the rest by a ``ledger``; ``runs`` begins a run for each build.
``connection`` and ``server`` are the sockets, with ``complaints`` for what comes over them and should not.
"""
