"""Engines that see live traffic and pass it on untouched.

``sink`` is the interface to the mirror, ``settings`` configures an engine, ``mitmproxy`` is the engine that runs
everywhere.
"""
