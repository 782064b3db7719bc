"""Comparisons that would hold up the loop are judged in a process of their own, each within a budget.

``weight`` tells which they are, ``jobs`` what is asked and answered. ``job_queue`` asks one job after the other within
the budget, ``child`` is the process as it sees it, ``worker`` is that process, and ``runner`` does a job there: pure.
"""
