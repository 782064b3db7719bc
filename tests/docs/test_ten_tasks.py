"""What people come for is found from README in two clicks: a line of README, its page, the section there."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_LINK = re.compile(r"\]\(([^)#\s]+)")


@dataclass(frozen=True, slots=True)
class Task:
    """``words`` stand in the line of README that links to ``page``; ``answer`` below ``heading`` on that page."""

    words: str
    page: str
    heading: str
    answer: str


TASKS = (
    Task("mirror a write", "docs/guides/writes-and-state.md", "Mirror a write", 'action = "mirror"'),
    Task("ignore", "docs/guides/rules.md", "Ignore a field", "[[compare.ignore]]"),
    Task("GitHub Actions", "docs/guides/ci-gate.md", "GitHub Actions", "crossfade gate --config"),
    Task("read a finding", "docs/guides/report.md", "Read a finding", 'candidate  "PT52M15S"'),
    Task("emergency", "docs/operations/kill-switch.md", "Turn mirroring off", "crossfade mirror off"),
    Task("TLS to legacy", "docs/guides/tls.md", "TLS to legacy and the candidate", "legacy_ca = "),
    Task("hide a secret", "docs/guides/redaction.md", "Hide secrets", "[redact]"),
    Task(
        "generate the Java service", "docs/guides/generate-java.md", "Generate the Java service", "crossfade generate"
    ),
    Task("noise", "docs/guides/noise.md", "Noise", "differs only where legacy differs from itself"),
    Task("upgrade", "docs/operations/store.md", "Upgrade", "crossfade store upgrade"),
)


def _section(text: str, heading: str) -> str:
    """What stands below a heading, to the next one; empty where there is no such heading."""
    match = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.words)
def test_found_in_two_clicks(task: Task, readme: Any, root: Path) -> None:
    """A line of README with the task's word links to the page, and the section there shows how."""
    lines = [line for line in readme.text.splitlines() if task.words.lower() in line.lower()]
    assert task.page in {target for line in lines for target in _LINK.findall(line)}
    assert task.answer in _section((root / task.page).read_text(encoding="utf-8"), task.heading)


def test_readme_stays_short(readme: Any) -> None:
    """It is the way in, not the manual."""
    assert len(readme.text.splitlines()) < 170


def test_readme_names_the_test_command(readme: Any) -> None:
    """What CI runs beside the linters."""
    assert any(line.split("#")[0].strip() == "make test" for line in "".join(readme.blocks("sh")).splitlines())
