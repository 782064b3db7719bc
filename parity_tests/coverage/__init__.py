"""What a replay exercised, and which of it was compared: a place that is ignored, or noise, was only seen. Pure.

``records`` is what is known in the end, ``gathering`` makes it of played calls, ``told`` puts it in words.
"""
