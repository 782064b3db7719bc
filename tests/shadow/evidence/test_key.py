"""Where the key of pseudonyms comes from, and which one is refused."""

from pathlib import Path

import pytest

from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.key import KEY_VARIABLE, load_key


def test_the_key_of_the_environment(tmp_path: Path) -> None:
    """It comes before the file."""
    (tmp_path / "key").write_text("f" * 32)
    assert load_key(tmp_path / "key", {KEY_VARIABLE: "e" * 16}) == b"e" * 16


def test_the_key_of_the_file(tmp_path: Path) -> None:
    """Without the line's end, when nobody else may read it."""
    path = tmp_path / "key"
    path.write_text("f" * 32 + "\n")
    path.chmod(0o600)
    assert load_key(path, {}) == b"f" * 32


def test_no_key(tmp_path: Path) -> None:
    """None, and no error: counts need no key."""
    assert load_key(tmp_path / "key", {}) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_that_others_may_read(tmp_path: Path, mode: int) -> None:
    """It is refused with the command that helps."""
    path = tmp_path / "key"
    path.write_text("f" * 32)
    path.chmod(mode)
    with pytest.raises(EvidenceError, match=rf"expected mode 0600, got {mode:04o}; chmod 600 {path}$"):
        load_key(path, {})


def test_a_short_key(tmp_path: Path) -> None:
    """In the environment or in the file: a line that says where, and not the key."""
    path = tmp_path / "key"
    path.write_text("short")
    path.chmod(0o600)
    for environ, where in (
        ({KEY_VARIABLE: "short"}, KEY_VARIABLE),
        ({}, str(path)),
        ({KEY_VARIABLE: ""}, KEY_VARIABLE),
    ):
        with pytest.raises(EvidenceError, match=r"expected a key of at least 16 bytes, got \d$") as caught:
            load_key(path, environ)
        assert str(caught.value).startswith(f"{where}: ")
        assert "short" not in str(caught.value).removeprefix(str(tmp_path))


def test_a_key_that_is_no_text(tmp_path: Path) -> None:
    """A folder or other bytes are a line too; bytes in the environment are a key."""
    path = tmp_path / "key"
    path.write_bytes(b"\xff" * 32)
    path.chmod(0o600)
    for wrong in (path, tmp_path):
        with pytest.raises(EvidenceError, match=r"expected a readable key, got "):
            load_key(wrong, {})
    assert load_key(path, {KEY_VARIABLE: "\udcff" * 16}) == b"\xff" * 16
