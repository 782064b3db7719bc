"""Writes a generated project into a folder without losing what people wrote there.

``records`` holds what is rendered, what was found and what has to be done; ``plan`` decides, and is pure. ``folder``
reads and applies; ``journal`` makes the applying one step that a crash can't tear; ``merge`` has git make a three-way
merge; ``manifest`` is what a run remembers for the next one; ``paths`` decides which paths may be written at all.
"""

from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.folder import check_project, write_project
from crossfade.codegen.project.manifest import known_folders, read_manifest
from crossfade.codegen.project.records import Changed, Fate, Manifest, Note, Plan, Rendering

__all__ = [
    "Changed",
    "Fate",
    "Manifest",
    "Note",
    "Plan",
    "ProjectError",
    "Rendering",
    "check_project",
    "known_folders",
    "read_manifest",
    "write_project",
]
