"""Why two values differ: the entry of the pitfall catalogue that explains a difference, or none.

A rule is an equality after a normalisation (both are the same instant, the candidate is legacy wrapped to 32 bits), or
as good as certain for another reason that its docstring gives. A wrong cause is worse than none, so what many causes
could explain stays unexplained. ``finder`` asks the tables in order; each of the others holds the rules of one field:
``status`` (answers of servers and frameworks), ``shape`` (JSON's types and names), ``order`` (lists), ``figures`` and
``figure_text`` (numbers, and numbers written as text), ``times``, ``encodings``, ``texts``.
"""

from crossfade.shadow.compare.causes.finder import cause_finder, find_cause

__all__ = ["cause_finder", "find_cause"]
