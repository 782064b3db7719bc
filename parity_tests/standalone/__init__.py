"""Tests that hold a service to what legacy answered, and run without crossfade: pytest or JUnit 5.

``marks`` are what stands in for values that change from run to run, ``left_out`` knows what is not checked,
``session_record`` is a session as these tests read it, ``project`` writes the folder. ``python`` and ``junit5`` are
copied into it as they are.
"""
