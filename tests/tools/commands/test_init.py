"""crossfade init writes a config that loads, and a key that only its owner reads."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.evidence import load_key


def test_the_files(invoke: Any, tmp_path: Path) -> None:
    """The config loads, the key is found by it and has mode 0600; both are named."""
    folder = tmp_path / "services" / "builds"
    result = invoke("init", "--dir", folder)
    assert result.exit_code == 0
    assert f"wrote {folder / 'crossfade.toml'}\n" in result.output
    config = load_config(folder / "crossfade.toml")
    key = config.redact.key_file
    assert f"wrote {key} (mode 0600; keep it out of version control)\n" in result.output
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(load_key(key, {}) or b"") == 64


def test_the_comments_are_the_defaults(invoke: Any, tmp_path: Path) -> None:
    """With every commented key switched on, the config still loads, and [mirror] has the values it has without."""
    invoke("init", "--dir", tmp_path)
    path = tmp_path / "crossfade.toml"
    plain = load_config(path)
    lines = [
        line.removeprefix("# ") if tomllib_reads(line.removeprefix("# ")) else line
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(line for line in lines if not line.startswith(("descriptor_set", "reflection"))))
    full = load_config(path)
    assert full.contract.protos
    assert full.accept
    assert full.mirror.model_copy(update={"rule": ()}) == plain.mirror
    assert full.evidence == plain.evidence
    assert full.gate == plain.gate
    assert full.record == plain.record
    assert full.routes == plain.routes
    assert full.redact.key_file == plain.redact.key_file


def tomllib_reads(line: str) -> bool:
    """Whether a line is a key or a table, not prose."""
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return True


def test_the_key_alone(invoke: Any, tmp_path: Path) -> None:
    """For a config that is there, or that stands elsewhere; one that is there is never overwritten."""
    (tmp_path / "crossfade.toml").write_text("mine")
    key = tmp_path / ".crossfade" / "redaction.key"
    result = invoke("init", "--dir", tmp_path, "--key-only")
    assert (result.exit_code, result.output) == (0, f"wrote {key} (mode 0600; keep it out of version control)\n")
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) == 64
    assert (tmp_path / "crossfade.toml").read_text() == "mine"
    before = key.read_bytes()
    again = invoke("init", "--dir", tmp_path, "--key-only")
    assert again.exit_code == 2
    assert again.output == f"error: {key}: expected nothing there, got a file; move it away, or choose another --dir\n"
    assert key.read_bytes() == before


def test_two_keys_differ(invoke: Any, tmp_path: Path) -> None:
    """Each service has a key of its own."""
    for name in ("a", "b"):
        invoke("init", "--dir", tmp_path / name)
    first, second = ((tmp_path / name / ".crossfade" / "redaction.key").read_bytes() for name in ("a", "b"))
    assert first != second


def test_nothing_is_overwritten(invoke: Any, tmp_path: Path) -> None:
    """A config that is there, even as a dangling link, stays: exit 2 and one line. No key is made beside it."""
    config = tmp_path / "crossfade.toml"
    for prepare in (lambda: config.write_text("mine"), lambda: config.symlink_to(tmp_path / "gone")):
        config.unlink(missing_ok=True)
        prepare()
        result = invoke("init", "--dir", tmp_path)
        assert result.exit_code == 2
        assert result.output.startswith(f"error: {config}: expected nothing there, got a file; move it away, or choose")
        assert result.output.count("\n") == 1
    assert not (tmp_path / ".crossfade").exists()
    assert not (tmp_path / "gone").exists()


def test_a_folder_in_the_place_of_the_config(invoke: Any, tmp_path: Path) -> None:
    """Is called a folder."""
    (tmp_path / "crossfade.toml").mkdir()
    result = invoke("init", "--dir", tmp_path)
    assert result.exit_code == 2
    assert "expected nothing there, got a folder; move it away, or choose another --dir" in result.output


def test_a_key_that_is_there_stays(invoke: Any, tmp_path: Path) -> None:
    """Pseudonyms of stored examples stay comparable."""
    key = tmp_path / ".crossfade" / "redaction.key"
    key.parent.mkdir()
    key.write_text("k" * 32)
    result = invoke("init", "--dir", tmp_path)
    assert result.exit_code == 0
    assert key.read_text() == "k" * 32
    assert str(key) not in result.output


@pytest.mark.parametrize("below", ["file", "file/below"])
def test_a_folder_that_can_not_be(invoke: Any, tmp_path: Path, below: str) -> None:
    """A file where a folder should be: exit 2 and one line."""
    (tmp_path / "file").write_text("x")
    result = invoke("init", "--dir", tmp_path / below)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {tmp_path / 'file'}")
    assert "choose another --dir" in result.output
    assert result.output.count("\n") == 1
