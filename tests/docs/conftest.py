"""The documents of the project, and what is read out of them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from reference_tables import fill

ROOT = Path(__file__).parents[2]
NAMES = (
    "README.md",
    "MIGRATION.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "examples/buildqueue/README.md",
)
HOUSE = ("ARCHITECTURE.md", "docs/project/invariants.md", "docs/project/decisions.md")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Document:
    """One Markdown file: ``prose`` is its text without fenced blocks."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8") if text is None else text
        self.prose = _FENCE.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """The fenced blocks of a language, in order."""
        return [body for name, body in _FENCE.findall(self.text) if name == language]

    def rows(self) -> list[list[str]]:
        """The cells of all table rows, headings and rulers included."""
        lines = [line for line in self.prose.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def documents() -> tuple[Document, ...]:
    """All documents that a user reads: the pages of the site, and those that lie elsewhere."""
    return tuple(Document(path) for path in (*(ROOT / name for name in NAMES), *sorted((ROOT / "docs").rglob("*.md"))))


@pytest.fixture(scope="session")
def page() -> Callable[[str], Document]:
    """A page by its path below ``docs/``, with the tables that the site has in it."""

    def built(name: str) -> Document:
        path = ROOT / "docs" / name
        return Document(path, fill(path.read_text(encoding="utf-8")))

    return built


@pytest.fixture(scope="session")
def readme() -> Document:
    """README.md."""
    return Document(ROOT / "README.md")


@pytest.fixture(scope="session")
def house() -> tuple[Document, ...]:
    """The documents about the code itself."""
    return tuple(Document(ROOT / name) for name in HOUSE)


@pytest.fixture(scope="session")
def architecture() -> Document:
    """ARCHITECTURE.md."""
    return Document(ROOT / "ARCHITECTURE.md")
