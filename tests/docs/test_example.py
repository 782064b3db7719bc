"""The example's README lists what was planted."""

import re
from pathlib import Path
from typing import Any

from crossfade.tools.demo.expected import read_planted


def test_every_planted_bug_is_listed(documents: Any, root: Path) -> None:
    """Each route and path of divergences.toml stands in the table of bugs, and nothing else does."""
    example = root / "examples" / "buildqueue"
    (document,) = (document for document in documents if document.path == example / "README.md")
    rows = [
        cells
        for cells in document.rows()
        if len(cells) == 3 and re.match(r"`(?:message|status|trailer|body)", cells[1])
    ]
    stated = {(cells[0].strip("`"), path) for cells in rows for path in re.findall(r"`([^`]+)`", cells[1])}
    planted = read_planted(example / "divergences.toml")
    wanted = {
        (entry.route.removeprefix("ci.builds.v1.BuildService/"), path) for entry in planted for path in entry.paths
    }
    assert stated == wanted
