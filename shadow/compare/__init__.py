"""The differ: two answers in, their differences out. Pure: no IO, no clock, no randomness.

``decode`` turns bodies and metadata into values without loss, ``diff`` finds the leaves that differ, ``shape`` shows
how a value looks, ``headers``, ``bodies`` and ``answers`` know what to compare where, ``streams`` compares message by
message, ``causes`` names the pitfall behind a difference, ``fingerprint`` gathers them, ``render`` shows a value to a
person. ``units`` tells apart what a claim counts, with the ``credentials`` of who asks.
"""
