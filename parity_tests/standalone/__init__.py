"""Tests that hold a service to what legacy answered, and run without crossfade: pytest or JUnit 5.

``bodies`` are read as JSON, ``handles`` are the values that the service makes itself, ``hidden`` the pseudonyms of a
recording, ``left_out`` knows what else is not checked, ``marks`` stand for all of these. ``session_record`` is a
session as the tests read it, ``project`` writes the folder. ``python`` and ``junit5`` are copied into it as they are.
"""
