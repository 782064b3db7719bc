"""Known-bad answers, made of legacy's own: what is found of them shows what would be found of a real fault. Pure.

``mutations`` changes a decoded value, ``answers`` makes an answer of it, and ``prover`` has that judged.
"""
