"""Differential fuzzing: generated sequences of calls, sent to both services, each difference shrunk to a small case.

What is drawn is symbolic: ``trees`` are inputs of calls, ``plans`` sequences of them, with references to earlier
answers in place of values. ``weights``, ``hazards``, ``wellknown``, ``constraints`` and ``messages`` draw messages of a
contract, ``http_inputs`` those of HTTP routes, ``seeds`` take what was recorded; ``drawing`` makes plans of them.
``operations`` are what can be called and ``placing`` finds who serves them, ``requests`` and ``building`` make their
requests, ``names`` and ``answers`` find what an answer gives to later calls. ``survey`` learns who gives what,
``stage`` plays plans, ``search`` explores and shrinks, ``fewer`` makes other sequences smaller, ``confirm`` plays a
case again, and ``fuzzing`` is the whole; ``result`` and ``result_text`` are what comes of it.
"""
