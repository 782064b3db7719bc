"""Differential fuzzing: generated sequences of calls, sent to both services, each difference shrunk to a small case.

What is drawn is symbolic: ``trees`` are inputs of calls, ``plans`` sequences of them, with references to earlier
answers in place of values. ``hazards``, ``wellknown``, ``constraints`` and ``messages`` draw messages of a contract,
``http_inputs`` those of HTTP routes, ``seeds`` take what was recorded. ``operations`` are what can be called,
``requests`` makes requests of them, ``names`` and ``answers`` find what an answer gives to later calls. ``survey``
learns who gives what, ``stage`` plays plans, ``search`` explores and shrinks, ``confirm`` plays a case again, and
``fuzzing`` is the whole; ``result`` and ``result_text`` are what comes of it.
"""
