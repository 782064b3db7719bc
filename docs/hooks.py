"""Pages of the site that lie outside ``docs/``, where people look for them in a checkout."""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from reference_tables import fill

ROOT = Path(__file__).parents[1]
INCLUDED = {
    "MIGRATION.md": "migration.md",
    "examples/buildqueue/README.md": "tutorial/buildqueue.md",
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "bench/README.md": "project/measurements.md",
    "bench/verdict/README.md": "project/measurements-verdict.md",
    "bench/fuzz/README.md": "project/measurements-fuzz.md",
}
_PAGES = {**INCLUDED, "README.md": "index.md"}  # README itself is no page: docs/index.md stands for it
_SOURCES = {page: source for source, page in INCLUDED.items()}
_LINK = re.compile(r"(?<=\]\()(?!\w+:)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the included pages."""
    for source, page in INCLUDED.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Puts in the generated tables; links between files of the checkout become links between pages of the site."""
    here = page.file.src_uri
    source = _SOURCES.get(here, f"docs/{here}")
    return _LINK.sub(lambda match: _on_site(match[1], source, here), fill(markdown))


def _on_site(target: str, source: str, here: str) -> str:
    """The link as the site needs it; MkDocs refuses what leads to no page."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    page = _PAGES.get(path) or path.removeprefix("docs/")
    return posixpath.relpath(page, posixpath.dirname(here) or ".")
