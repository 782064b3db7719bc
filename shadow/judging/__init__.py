"""One comparison -> one observation. Pure.

``judge`` is what the proxy, ingest and a rediff share; ``judgement`` compares the answers under the ignore rules;
``drift`` and ``handles`` (with the ``tokens`` they consist of) distinguish another state from another implementation;
``sample`` keeps the request so that a person can send it again.
"""
