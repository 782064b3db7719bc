"""What was decided, from what: append-only lines on disk, each with the hash of the line before.

``records`` are the lines, ``lines`` makes and reads them, ``writing`` decides which ticks are worth one, ``journal`` is
the file, ``audit`` derives every decision again.
"""
