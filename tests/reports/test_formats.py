"""Formats are found by name, and each has what every command needs."""

import subprocess
import sys
from typing import Any

import pytest

from crossfade.reports.formats import MODULES, Lead, find_format
from crossfade.reports.gate import gate

LEAD = Lead(name="rediff", lines=("judged \x1b again",), record={"same": 1})


@pytest.mark.parametrize("name", MODULES)
def test_a_whole_file(make: Any, name: str) -> None:
    """Each format makes a file of a report, the same one each time, that ends with its last line."""
    found, report = find_format(name), make.report(make.route("GET /ok", matched=400))
    text = found.render(report, None)
    assert "GET /ok" in text
    assert text.endswith("\n")
    assert text == found.render(report, None)
    assert "\x1b" not in text + found.render(report, LEAD)


def test_suffixes() -> None:
    """No two formats end a file's name alike."""
    suffixes = [find_format(name).suffix for name in MODULES]
    assert len(set(suffixes)) == len(MODULES)
    assert all(suffix.startswith(".") for suffix in suffixes)


@pytest.mark.parametrize("name", ["terminal", "json"])
def test_a_gate_of_its_own(make: Any, name: str) -> None:
    """Terminal and JSON show the sentences of a gate, and no routes."""
    report = make.report(make.route("GET /ok", matched=400))
    found = find_format(name)
    assert found.gate is not None
    text = found.gate(report, gate(report))
    assert "PASS GET /ok diverges in less than 1 % of requests" in text
    assert "latency" not in text
    assert text.endswith("\n")


def test_a_format_is_imported_when_it_is_needed() -> None:
    """A gate in a terminal waits for no templates of a page."""
    code = (
        "import sys; from crossfade.reports.formats import find_format; find_format('terminal'); "
        "assert 'jinja2' not in sys.modules; find_format('html'); assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
