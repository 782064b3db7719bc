"""One comparison -> one observation. Pure.

``judge`` is what the proxy, ingest and a rediff share; ``judgement`` compares the answers under the ignore rules;
``drift`` distinguishes another state from another implementation; ``sample`` keeps the request so that a person can
send it again.
"""
