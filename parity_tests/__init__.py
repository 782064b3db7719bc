"""Recorded traffic, compared again without any service: ``rediff`` judges it, ``rediff_text`` words what changed."""
