"""Why two values differ: the entry of the pitfall catalogue that explains a difference, or none.

A rule is an equality after a normalisation (both are the same instant, the candidate is legacy wrapped to 32 bits), or
as good as certain for another reason that its docstring gives. A wrong cause is worse than none, so what many causes
could explain stays unexplained. ``finder`` tries the tables in order; each of the others holds the rules of one field:
``calls`` (how gRPC calls end), ``status`` (HTTP frameworks, words of exceptions), ``shape`` (JSON's types and names),
``order`` (lists), ``figures`` and ``figure_text`` (numbers, and numbers written as text), ``times``, ``encodings``,
``texts``; ``requests`` finds what is wrong with the request itself.
"""

from crossfade.shadow.compare.causes.finder import cause_finder, find_cause

__all__ = ["cause_finder", "find_cause"]
