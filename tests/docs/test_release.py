"""The recipe for a release, held against what it would release."""

import re
import tomllib
from pathlib import Path


def test_the_tag_is_the_version(root: Path) -> None:
    """Both places of the tag in the recipe name the version of pyproject.toml."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    recipe = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## A release")[2]
    tags = re.findall(r"git tag -s (\S+) -m (\S+?)`", recipe)
    assert tags == [(f"v{version}", f"v{version}")]
