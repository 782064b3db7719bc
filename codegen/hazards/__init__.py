"""Hazards in the legacy's Python source, found by reading it: nothing of it is run or imported.

``source`` reads the files, ``inference`` infers what values are, ``servicers`` finds the function behind each RPC,
``flow`` follows where values come from and go, ``detectors`` find the pitfalls of the catalogue, ``relevance`` keeps
those that matter where they stand, ``fits`` words what to write, ``rank`` picks what a stub shows, ``find`` puts it
together.
"""

from crossfade.codegen.hazards.find import find_handlers, scan_tree
from crossfade.codegen.hazards.records import HandlerSource, Hazard, LegacySource
from crossfade.codegen.hazards.source.files import SourceError

__all__ = ["HandlerSource", "Hazard", "LegacySource", "SourceError", "find_handlers", "scan_tree"]
