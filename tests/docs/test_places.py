"""What a document points at exists, and nothing in it belongs to one machine."""

import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|md))`")
_URL = re.compile(r"https?://[^\s`\"')\]]+")
_WRITTEN_ABOUT = frozenset({"keepachangelog.com", "semver.org"})
_USERS_FILES = frozenset({"crossfade.toml"})  # what a user has, not the project


def _anchors(text: str) -> set[str]:
    """The anchors that headings get: lower case, no punctuation, dashes for spaces."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _is_foreign(url: str) -> bool:
    """Whether a URL names a host that is neither this machine nor a bare service name nor written about."""
    host = urlsplit(url).hostname or ""
    return "." in host and host != "127.0.0.1" and host not in _WRITTEN_ABOUT


def test_every_link_leads_somewhere(documents: Any) -> None:
    """A relative link names a file of the project, and its anchor a heading there."""
    for document in documents:
        for target in _LINK.findall(document.text):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            path = document.path.parent / name if name else document.path
            assert path.exists(), f"{document.path.name}: {target}"
            if anchor:
                assert anchor in _anchors(path.read_text(encoding="utf-8")), f"{document.path.name}: {target}"


def test_every_path_of_the_house_exists(house: Any, root: Path) -> None:
    """Each file and folder that the documents about the code name is there."""
    for document in house:
        paths = set(_PATH.findall(document.text)) - _USERS_FILES
        assert len(paths) > 10
        assert [path for path in sorted(paths) if not (root / path).exists()] == []


def test_every_package_is_in_the_architecture(architecture: Any, root: Path) -> None:
    """Each folder of code stands in ARCHITECTURE.md, so a new room is written about."""
    houses = ("codegen", "shadow", "reports", "parity_tests", "tools")
    rooms = {path.parent.relative_to(root) for house in houses for path in (root / house).glob("*/__init__.py")}
    rooms |= {Path(house) for house in houses}
    assert [str(room) for room in sorted(rooms) if f"`{room}/`" not in architecture.text] == []


def test_no_place_of_one_machine(documents: Any, root: Path) -> None:
    """No document names a folder of the machine it was written on, or leaves the checkout."""
    places = {str(root), str(root.parent), str(Path.home()), tempfile.gettempdir()} - {"/"}
    pattern = re.compile(rf"(?<![\w.}}*-])(?:{'|'.join(map(re.escape, sorted(places)))})(?![\w-])")
    for document in documents:
        assert pattern.findall(document.text) == [], document.path.name


def test_no_foreign_host(documents: Any) -> None:
    """Addresses in examples are loopback or bare service names."""
    assert _is_foreign("https://example.org/x")
    for document in documents:
        assert [url for url in _URL.findall(document.text) if _is_foreign(url)] == [], document.path.name
