"""Engines that see live traffic and pass it on untouched.

``engine`` is the seam to those who run one, ``sink`` the seam to the mirror, ``settings`` what an engine is told about
a port. ``mitmproxy`` is the engine that runs everywhere.
"""
