"""Two values in, the leaves that differ out: ``walk`` goes down, ``lists`` pairs elements, ``unfold`` opens texts.

``paths`` names places, ``equality`` is the one definition of the same, ``map_keys`` finds objects whose keys are data.
"""

from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.compare.diff.walk import diff

__all__ = ["Place", "diff"]
