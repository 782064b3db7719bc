"""One detector per trap or family of traps: each looks at one sort of node, and names the pitfall it finds there."""

from crossfade.codegen.hazards.detectors import (  # noqa: F401 - they register their detectors
    answers,
    arithmetic,
    called,
    collected,
    messages,
    patterns,
    rpc,
    state,
    strings,
    times,
    truth,
    widths,
    written,
)
from crossfade.codegen.hazards.detectors.registry import DETECTED, DETECTORS, View
from crossfade.codegen.hazards.detectors.unseen import UNSEEN

__all__ = ["DETECTED", "DETECTORS", "UNSEEN", "View"]
