"""Text goes out whole, or one line says why not."""

from pathlib import Path

import pytest

from crossfade.tools.output import emit, save


def test_emit(capsys: pytest.CaptureFixture[str]) -> None:
    """One newline is added."""
    emit("a\nb")
    assert capsys.readouterr().out == "a\nb\n"


def test_save(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file holds the text as UTF-8, and where it lies is said."""
    path = tmp_path / "x.json"
    save("\u00fc\n", path, "--output")
    assert path.read_bytes() == b"\xc3\xbc\n"
    assert capsys.readouterr().out == f"wrote {path}\n"


@pytest.mark.parametrize(("name", "why"), [("gone/x.json", "No such file or directory"), (".", "Is a directory")])
def test_a_place_that_can_not_be_written(
    tmp_path: Path, name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and one line that names the option."""
    path = tmp_path / name
    with pytest.raises(SystemExit) as raised:
        save("x", path, "--output")
    assert raised.value.code == 2
    expected = f"error: {path}: expected a file to write, got {why}; choose another --output\n"
    assert capsys.readouterr() == ("", expected)
