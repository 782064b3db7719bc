"""A new format is a module and a line in the registry: every command that shows a report then takes it."""

from typing import Any

import pytest


@pytest.mark.slow
def test_a_new_format(service: Any, with_fake: Any) -> None:
    """To standard output and to a file, for a report and for a gate, which keeps its exit code; examples and all."""
    service.diverged(400)
    file = service.folder / "out.fake"
    shown = {name: with_fake(name, "--format", "fake") for name in ("report", "gate")}
    assert [(done.returncode, done.stdout) for done in shown.values()] == [
        (0, "fake builds 400 5\n"),
        (1, "fake builds 400 5\n"),
    ]
    for name in ("report", "gate"):
        assert with_fake(name, "--format", "fake", "--output", file).stdout == f"wrote {file}\n"
        assert file.read_text(encoding="utf-8") == "fake builds 400 5\n"
        file.unlink()
