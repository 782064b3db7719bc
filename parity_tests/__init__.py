"""Recorded traffic, compared again without any service: ``rediff`` judges it, ``rediff_text`` says what changed."""
