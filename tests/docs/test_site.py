"""The site: built strictly, complete without a network, and its links the same in a checkout."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

_LOADED = re.compile(
    r"""<(?:script|img|iframe)\b[^>]*\bsrc=["']?(?:https?:)?//|<link\b[^>]*\bhref=["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The site as `make docs` builds it, elsewhere."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_built(site: Path, root: Path) -> None:
    """Each file below docs/, and MIGRATION.md."""
    pages = {path.relative_to(root / "docs").with_suffix(".html") for path in (root / "docs").rglob("*.md")}
    assert len(pages) > 30
    assert {str(page) for page in pages if not (site / page).exists()} == set()
    assert (site / "migration.html").exists()


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """No page loads a font, a script, a style or a picture from another host."""
    assert _LOADED.search('<script async src="https://x.org/a.js">')
    assert _LOADED.search("<link rel=stylesheet href='//x.org/a.css'>")
    for path in site.rglob("*.html"):
        assert _LOADED.findall(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize(
    ("page", "link", "wanted"),
    [
        ("guides/shadow.md", "report.md#read-a-cluster", "report.md#read-a-cluster"),
        ("guides/shadow.md", "../../MIGRATION.md", "../migration.md"),
        ("migration.md", "docs/guides/shadow.md", "guides/shadow.md"),
        ("migration.md", "#shadow", "#shadow"),
        ("tutorial/buildqueue.md", "../../README.md", "../index.md"),
        ("index.md", "images/report.png", "images/report.png"),
        ("project/changelog.md", "https://x/y.md", "https://x/y.md"),
    ],
)
def test_a_link_of_the_checkout_becomes_one_of_the_site(page: str, link: str, wanted: str, root: Path) -> None:
    """Files outside docs/ are pages with other places; an anchor and a foreign address stay."""
    hooks: Any = runpy.run_path(str(root / "docs" / "hooks.py"))
    written = hooks["on_page_markdown"](f"[x]({link})", page=SimpleNamespace(file=SimpleNamespace(src_uri=page)))
    assert written == f"[x]({wanted})"


def test_every_yaml_block_parses(documents: Any) -> None:
    """Workflows and manifests are YAML."""
    blocks = [block for document in documents for block in document.blocks("yaml")]
    assert len(blocks) > 2
    for block in blocks:
        assert list(yaml.safe_load_all(block))
