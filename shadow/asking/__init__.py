"""The compare process: what the engine sent is joined, and the other sides are contacted once.

``worker`` reads the pipe; ``collector`` keeps what is ``pending`` in legacy's ``order``; ``asker`` sends a request to
the ``sides`` through ``calls`` and ``clients``, at most so many at once (``slots``); ``streams`` compares streamed
answers as they come.
"""
