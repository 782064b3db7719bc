"""Engines that see live traffic and pass it on untouched.

``engine`` is the seam to those who run one, ``sink`` the seam to the mirror, ``settings`` describes a port, and
``source`` is the seam for those who have both answers. ``mitmproxy`` is the engine that runs everywhere.
"""
