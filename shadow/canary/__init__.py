"""Shifts real traffic by steps that the evidence allows, and back.

``plane`` is the seam to what carries the weights, ``reading`` what a tick sees of planes, evidence and people. ``plan``
says what shall happen, ``deciding`` what the counts prove, ``states`` what follows from both, and ``journal`` keeps it.
"""
