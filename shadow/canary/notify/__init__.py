"""Tells people of steps, rollbacks, gates and new findings, over webhooks.

``notice`` is what is told, ``forms`` how it is written, ``sender`` posts it, beside everything else.
"""
