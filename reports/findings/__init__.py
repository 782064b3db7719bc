"""Findings: clusters with one root over routes and paths, so that a person fixes one thing. Pure.

``following`` tells which clusters of a route follow from another one there: by ``sightings``, which come only in the
same comparisons, and by what ``examples`` show. ``alike`` joins roots that are the same on several routes and paths.
``gather`` makes the records, with a ``title`` in plain words, ``ranking`` puts first what to fix first.
"""

from crossfade.reports.findings.gather import find_findings
from crossfade.reports.findings.sightings import Sightings

__all__ = ["Sightings", "find_findings"]
