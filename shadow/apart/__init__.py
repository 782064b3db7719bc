"""Comparisons that would hold up the loop are judged in a process of their own, each within a budget.

``weight`` tells which they are, ``jobs`` what is asked and answered, ``bench`` does a job and is pure; ``worker`` is
that process, ``child`` is how the one that asks sees it, and ``desk`` asks one job after the other within the budget.
"""
