"""Engines that see live traffic and pass it on untouched.

``sink`` is the seam to the mirror, ``settings`` what an engine is told, ``mitmproxy`` the engine that runs everywhere.
"""
