"""One comparison -> one observation. Pure.

``judge`` is what the proxy, ingest and a rediff share; ``judgement`` compares the answers under the ignore rules, all
of which ``differ`` holds against each other; ``looks`` tells faults from noise and from another state; ``checks`` still
looks at values inside noise, and ``proofs`` puts faults into copies of answers to see whether they are found;
``drift`` and ``handles`` (with the ``tokens`` they consist of) distinguish another state from another implementation;
``sample`` keeps the request so that a person can send it again.
"""
