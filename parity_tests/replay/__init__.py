"""Sending calls to both services and judging what they answer, without an engine in between.

``pair`` contacts the services of a config, ``played`` is what comes of it, ``player`` plays sessions.
"""
