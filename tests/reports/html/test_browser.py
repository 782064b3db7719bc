"""The page in a real browser."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.html import to_html
from crossfade.shadow.evidence.gate_settings import GateSettings

pytestmark = pytest.mark.browser


@pytest.fixture
def dom(tool: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """The DOM of a page after its script has run."""

    def dom(page: str, query: str = "") -> str:
        file = tmp_path / "report.html"
        file.write_text(page, encoding="utf-8")
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [tool("chromium"), "--headless", "--no-sandbox", "--disable-gpu", profile, "--dump-dom"]
        done = subprocess.run([*command, f"{file.as_uri()}{query}"], capture_output=True, timeout=60, check=True)
        return done.stdout.decode()

    return dom


def _rich(make: Any) -> str:
    gate = GateSettings(routes=("p.v1.S/Get", "GET *", "POST *"))
    return to_html(build_report(make.rich_run(), gate=gate, accepted=(), now=make.started))


def test_the_filter_filters(make: Any, tree: Any, dom: Any) -> None:
    """With words in the box, exactly the routes and findings that have them all are left, and their number is said."""
    page = tree(dom(_rich(make), "?find=body%20GET"))
    shown = [
        attributes["data-find"]
        for _, attributes in page.elements
        if "data-find" in attributes and "hidden" not in attributes
    ]
    assert [find.split(" ")[0] for find in shown] == ["body/n", "body/list"]
    assert page.texts["output"] == ["2 of 7 shown"]


def test_a_link_to_a_cluster_unfolds_its_finding(make: Any, tree: Any, dom: Any) -> None:
    """The part is seen, and only what is around it is open."""
    report = make.report(*make.rich_run().routes)
    target = f"c-{report.findings[0].parts[0]}"
    for anchor, number in ((f"#{target}", 1), (f"#{report.findings[0].id}", 0), ("", 0)):
        elements = tree(dom(to_html(report), anchor)).elements
        assert sum(tag == "details" and "open" in attributes for tag, attributes in elements) == number


def test_the_script_runs_under_the_policy(make: Any, tree: Any, dom: Any) -> None:
    """The box and the copy buttons appear: the policy's hashes are those of the page; nothing is filtered at first."""
    page = tree(dom(_rich(make)))
    hidden = [tag for tag, attributes in page.elements if "hidden" in attributes]
    assert hidden == []
    assert any(tag == "button" for tag, _ in page.elements)


def test_hostile_text_does_nothing(hostile_page: Any, tree: Any, dom: Any) -> None:
    """Scripts, handlers and ends of elements from traffic are text in the browser's own tree."""
    text = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page = tree(dom(hostile_page(text)))
    assert page.texts["title"] == [f"{text}: fail"]
    assert [tag for tag, _ in page.elements if tag == "script"] == ["script"]
    assert not any(tag == "img" for tag, _ in page.elements)
    assert text in page.texts["h3"][0]
