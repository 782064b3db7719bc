"""Two values in, the leaves that differ out: ``walk`` goes down, ``lists`` pairs elements, ``unfold`` opens texts.

``paths`` names places, ``equality`` is the one definition of the same, ``map_keys`` finds objects whose keys are data.
Lists are paired in two steps: ``alignment`` (by ``edits``) says which equal elements stayed and which moved,
``partners`` which unequal ones stand for each other: by ``keys``, by ``likeness``, by position. ``leaves`` is what an
element holds, ``moves`` what is told of another order.
"""

from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.compare.diff.walk import diff

__all__ = ["Place", "diff"]
