"""The page in a real browser."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.html import to_html
from crossfade.shadow.evidence.claims import GateSettings

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, chromium-browser or google-chrome on PATH"),
]


def _dom(page: str, folder: Path, query: str = "") -> str:
    """The DOM after the page's script has run."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [str(CHROMIUM), *options, f"{file.as_uri()}{query}"], capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode()


def _rich(make: Any) -> str:
    gate = GateSettings(routes=("p.v1.S/Get", "GET *", "POST *"))
    return to_html(build_report(make.rich_run(), gate=gate, accepted=(), now=make.started))


def test_the_filter_filters(make: Any, tree: Any, tmp_path: Path) -> None:
    """With words in the box, exactly the routes and clusters that have them all are left, and their number is said."""
    page = tree(_dom(_rich(make), tmp_path, "?find=body%20GET"))
    shown = [
        attributes["data-find"]
        for _, attributes in page.elements
        if "data-find" in attributes and "hidden" not in attributes
    ]
    assert [find.split(" ")[1] for find in shown] == ["body/n", "body/list"]
    assert page.texts["output"] == ["2 of 7 shown"]


def test_the_script_runs_under_the_policy(make: Any, tree: Any, tmp_path: Path) -> None:
    """The box and the copy buttons appear: the policy's hashes are those of the page; nothing is filtered at first."""
    page = tree(_dom(_rich(make), tmp_path))
    hidden = [tag for tag, attributes in page.elements if "hidden" in attributes]
    assert hidden == []
    assert any(tag == "button" for tag, _ in page.elements)


def test_hostile_text_does_nothing(hostile_page: Any, tree: Any, tmp_path: Path) -> None:
    """Scripts, handlers and ends of elements from traffic are text in the browser's own tree."""
    text = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page = tree(_dom(hostile_page(text), tmp_path))
    assert page.texts["title"] == [f"{text}: fail"]
    assert [tag for tag, _ in page.elements if tag == "script"] == ["script"]
    assert not any(tag == "img" for tag, _ in page.elements)
    assert text in page.texts["h3"][0]
