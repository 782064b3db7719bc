"""The pure core: two answers in, differences out. No IO, no clock, no log.

``decode`` turns bodies and metadata into values without loss, ``diff`` finds the leaves that differ, ``shape`` says how
a value looks, ``headers`` what is not compared, ``answers`` joins them, ``judge`` applies rules and bounds. ``drift``
tells another state, ``causes`` names the pitfall behind a difference, ``fingerprint`` gathers, ``handles`` finds values
that only legacy can know, ``render`` makes text for a person.
"""
