"""Shifts real traffic by steps that the evidence allows, and back.

``plane`` is the seam to what carries the weights.
"""
