"""One comparison -> one observation. Pure.

``judge`` is what the proxy, ingest and a rediff share; ``judgement`` compares the answers under the ignore rules, all
of which ``differ`` holds against each other; ``looks`` tells faults from noise and from another state; ``checks`` still
looks at values inside noise, and ``proofs`` puts faults into copies of answers to see whether they are found;
``drift`` distinguishes another state from another implementation by the statuses alone;
``sample`` keeps the request so that a person can send it again.
"""
