"""crossfade demo keeps the two variants' reports apart."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.run import DemoSettings


@pytest.mark.parametrize(
    ("flags", "work", "build"),
    [
        ((), ".crossfade/demo", ".crossfade/demo"),
        (("--fixed",), ".crossfade/demo-fixed", ".crossfade/demo"),
        (("--dir", "x"), "x", "x"),
        (("--dir", "x", "--fixed"), "x", "x"),
    ],
)
def test_where_it_writes(
    invoke: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: tuple[str, ...],
    work: str,
    build: str,
) -> None:
    """The fixed variant does not overwrite the failing one's report, and both share one build."""
    seen: list[DemoSettings] = []

    def run(settings: DemoSettings, say: Any) -> None:  # noqa: ARG001 - as the demo calls it
        seen.append(settings)
        raise ShadowError("stop here")

    monkeypatch.setattr("crossfade.tools.commands.demo.run_demo", run)
    monkeypatch.chdir(tmp_path)
    assert invoke("demo", *flags).output == "error: stop here\n"
    assert [(settings.work, settings.build) for settings in seen] == [(tmp_path / work, tmp_path / build)]
