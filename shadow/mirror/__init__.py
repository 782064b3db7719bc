"""What is sent to the other sides, once, and what comes back, until it is judged.

In the engine process: ``policy`` and ``routes`` say what may be mirrored, ``feed`` makes ``frames`` of it for the pipe
of ``process``. In the compare process: ``worker`` reads them (``reading``), ``collector`` keeps what is ``pending`` in
legacy's ``order``, ``asking`` asks the ``sides`` through ``calls`` and ``clients``, ``following`` holds streams against
each other, ``handles`` knows what is foreign, ``judging`` makes observations, ``recorder`` keeps what it judged.
"""
