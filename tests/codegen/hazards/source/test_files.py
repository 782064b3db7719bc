"""Reading a folder of Python that nobody vouches for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.codegen.hazards.source import files as reading
from crossfade.codegen.hazards.source.files import SourceError, parse_expression, printable, read_files

Write = Callable[..., Path]


def names(folder: Path) -> list[str]:
    """The paths that could be read."""
    return [file.path for file in read_files(folder).files]


def test_reads_files_below_the_folder_in_order(write: Write) -> None:
    """Paths are relative and have slashes; the order does not hang on the file system."""
    folder = write(zeta="a = 1", app__beta="b = 1", app__alpha="c = 1")
    assert names(folder) == ["zeta.py", "app/alpha.py", "app/beta.py"]
    assert read_files(folder).warnings == ()


def test_leaves_out_what_is_not_the_service(write: Write) -> None:
    """Tests, generated code, hidden folders, installed packages."""
    folder = write(
        service="a = 1",
        test_service="a = 1",
        service_test="a = 1",
        conftest="a = 1",
        tests__more="a = 1",
        demo_pb2="a = 1",
        demo_pb2_grpc="a = 1",
    )
    write(env__lib__site="a = 1")
    (folder / "env" / "pyvenv.cfg").touch()
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "secret.py").write_text("a = 1")
    assert names(folder) == ["service.py"]


def test_refuses_what_is_no_folder(tmp_path: Path) -> None:
    """The line says where, what was expected, and what to do."""
    with pytest.raises(SourceError, match=r"gone: expected a folder of Python source, got none; check --legacy-source"):
        read_files(tmp_path / "gone")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("def f(:\n", "bad.py:1: expected Python 3, got a syntax error ("),
        ("x = 1\nprint 'hello'\n", "bad.py:2: expected Python 3, got a syntax error ("),
        ("try:\n    pass\nexcept E, e:\n    pass\n", "bad.py:3: expected Python 3, got a syntax error ("),
        ("x = 0777\n", "bad.py:1: expected Python 3, got a syntax error ("),
        ("x = '\0'\n", "bad.py"),
        ("# coding: no-such-coding\n", "bad.py:1: expected Python 3, got a syntax error"),
        ("(" * 500, "bad.py:1: expected Python 3, got a syntax error (too many nested parentheses)"),
        ("x = " + "-" * 400 + "1", "bad.py: expected nesting of at most 150, got deeper nesting"),
        ("x = " + "1 + " * 600 + "1", "bad.py: expected nesting of at most 150, got deeper nesting"),
    ],
)
def test_warns_of_a_file_that_is_no_python_3_and_reads_the_rest(write: Write, text: str, warning: str) -> None:
    """With file and line, as one line."""
    folder = write(good="a = 1")
    (folder / "bad.py").write_text(text, encoding="utf-8")
    found = read_files(folder)
    assert [file.path for file in found.files] == ["good.py"]
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(warning)
    assert found.warnings[0].endswith("; the file is not scanned")
    assert found.warnings[0].isprintable()


def test_does_not_follow_links_out_of_the_folder(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A linked file outside is a warning, a linked folder is not entered, a link inside is read."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.py").write_text("password = 1")
    folder = write(real="a = 1")
    (folder / "alias.py").symlink_to(folder / "real.py")
    (folder / "leak.py").symlink_to(outside / "secret.py")
    (folder / "linked").symlink_to(outside)
    found = read_files(folder)
    assert [file.path for file in found.files] == ["alias.py", "real.py"]
    assert found.warnings == (
        "leak.py: expected a file below the folder, got a link that leaves it; it is not scanned",
    )


def test_warns_of_files_that_can_not_be_read(write: Write) -> None:
    """A link to nothing, a link to itself, a pipe, a folder named like a file."""
    folder = write(good="a = 1")
    (folder / "gone.py").symlink_to(folder / "nothing")
    (folder / "loop.py").symlink_to(folder / "loop.py")
    os.mkfifo(folder / "pipe.py")
    (folder / "folder.py").mkdir()
    found = read_files(folder)
    assert [file.path for file in found.files] == ["good.py"]
    assert [warning.partition(":")[0] for warning in found.warnings] == ["gone.py", "loop.py", "pipe.py"]


def test_bounds_the_size_and_the_number_of_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large or too many is left out, and said."""
    folder = write(a="x = 1", b="x = 1", c="x = 1")
    (folder / "a.py").write_text("#" * 200)
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 100)
    assert [file.path for file in read_files(folder).files] == ["b.py", "c.py"]
    assert "expected at most 100 bytes, got 200" in read_files(folder).warnings[0]


def test_bounds_the_number_of_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first ones are read, the rest is said to be missing."""
    folder = write(a="x = 1", b="x = 1", c="x = 1")
    monkeypatch.setattr(reading._Budget, "__init__", _two_files)
    found = read_files(folder)
    assert len(found.files) == 2
    assert "got more; the rest is not scanned" in found.warnings[0]


def _two_files(self: reading._Budget) -> None:
    self.files, self.size_bytes, self.warnings = 2, 1000, []


def test_keeps_the_lines_as_python_counts_them(tmp_path: Path) -> None:
    """Form feeds and line separators end no line, carriage returns do; a mark at the start is dropped."""
    (tmp_path / "a.py").write_bytes("\ufeffx = '\f\u2028'\r\ny = 2\rz = 3\n".encode())
    (file,) = read_files(tmp_path).files
    assert [file.lines[node.lineno - 1] for node in file.tree.body] == ["x = '\f\u2028'", "y = 2", "z = 3"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_reads_any_bytes(tmp_path: Path, data: bytes) -> None:
    """Whatever a file holds, it is read or warned of, in one printable line."""
    (tmp_path / "any.py").write_bytes(data)
    found = read_files(tmp_path)
    assert len(found.files) + len(found.warnings) == 1
    assert all(warning.isprintable() for warning in found.warnings)


def test_reads_an_expression_quietly() -> None:
    """Warnings of the parser are not passed on."""
    assert parse_expression(r"'\d'") is not None


def test_makes_text_printable() -> None:
    """Escapes for a terminal become spaces."""
    assert printable("a\x1b[31m\n\u202eb") == "a [31m  b"
