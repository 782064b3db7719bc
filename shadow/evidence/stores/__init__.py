"""The stores: one module each, whose ``open_store(url)`` gives a ``Store``. A new one is added to STORES alone.

``sqlite`` is a file that any process may write and read, ``memory`` lives as long as whoever opened it.
"""

STORES = {
    "memory": "crossfade.shadow.evidence.stores.memory",
    "sqlite": "crossfade.shadow.evidence.stores.sqlite",
}
"""By the scheme of a URL, the module that is imported when a store of it is opened."""
