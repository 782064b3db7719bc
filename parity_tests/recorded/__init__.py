"""A corpus from live traffic, written by a process of its own.

``gathering`` puts calls together from frames, ``sessions`` (with ``clients``) says whose they are, ``redacting`` hides
what must not be stored, ``opening`` finds or makes the corpus, ``recording`` writes within its bounds, ``worker`` is
the process.
"""
