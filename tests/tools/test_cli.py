"""The command line as a whole: help, usage, and how every command ends when a file is missing or wrong."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

import crossfade.tools.corpus as corpus_parts
from crossfade.tools.cli import SUMMARIES, main
from crossfade.tools.commands import corpus

Invoke = Callable[..., Result]
WITH_CONFIG = ("gate", "report", "shadow")

# As if no extra were installed: its modules, and all below them, can't be imported.
NO_EXTRAS = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"mitmproxy", "mitmproxy_rs", "uvloop", "aiohttp", "prometheus_client", "flask", "requests", "grpc_health", "grpc_status"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""
# What only some commands need: --help, init and doctor must work where one of these is broken.
NO_LIBRARIES = """
import sys
class Broken:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"sqlalchemy", "grpc", "google", "pydantic", "jinja2", "h2", "hdrh", "mitmproxy"}:
            raise ImportError(f"{name} is broken")
sys.meta_path.insert(0, Broken())
"""
GENERATORS = ("crossfade.codegen.hazards", "crossfade.codegen.java", "crossfade.codegen.project")


def test_every_module_is_listed() -> None:
    """A command is a module of commands/ with a function of its name, and each is listed."""
    folder = Path(str(main.commands["init"].callback.__code__.co_filename)).parent  # type: ignore[union-attr]
    assert {path.stem for path in folder.glob("[a-z]*.py")} == set(SUMMARIES) == set(main.commands)
    parts = Path(str(corpus_parts.__file__)).parent.glob("corpus_*.py")
    assert {path.stem.removeprefix("corpus_") for path in parts} == set(corpus.SUMMARIES)
    assert all(isinstance(command, click.Command) for command in main.commands.values())


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_help(invoke: Invoke, name: str) -> None:
    """--help of every command exits 0, and has an example."""
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert f"Example:\n    crossfade {name}" in result.output


@pytest.mark.parametrize("name", sorted(corpus.SUMMARIES))
def test_help_of_a_part(invoke: Invoke, name: str) -> None:
    """The commands of a corpus have help, too, and its list shows each with its line."""
    result = invoke("corpus", name, "--help")
    assert result.exit_code == 0
    assert f"Example:\n    crossfade corpus {name}" in result.output
    assert corpus.SUMMARIES[name] in invoke("corpus", "--help").output
    assert "Usage" in invoke("corpus").output


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_help_is_light(command: Any, tmp_path: Path, name: str) -> None:
    """--help imports no library that only the work of a command needs, and no generator but for those that use it."""
    heavy = ["grpc", "sqlalchemy", *(() if name in {"generate", "status"} else GENERATORS)]
    code = f"import atexit, sys\natexit.register(lambda: print('imported:', [m for m in {heavy} if m in sys.modules]))"
    output, errors = command(name, "--help", cwd=tmp_path, code=code).communicate(timeout=60)
    assert errors == ""
    assert output.splitlines()[-1] == "imported: []"


def test_the_list_of_commands(invoke: Invoke) -> None:
    """--help shows every command with its line, which begins as the command's own help does."""
    result = invoke("--help")
    assert result.exit_code == 0
    assert "Example:\n    crossfade " in result.output
    for name, summary in SUMMARIES.items():
        assert f"  {name:10}{summary}" in result.output
        own = main.commands[name].help or ""
        assert own.split()[:3] == summary.split()[:3]


@pytest.mark.parametrize("words", [("nope",), ("gate", "--nope"), ("report", "--format", "pdf"), ("gate", "extra"), ()])
def test_wrong_usage(invoke: Invoke, words: tuple[str, ...]) -> None:
    """An unknown command, option, value or argument, and no command at all, exit 2."""
    assert invoke(*words).exit_code == 2


@pytest.mark.parametrize("name", WITH_CONFIG)
def test_no_config(invoke: Invoke, tmp_path: Path, name: str) -> None:
    """Exit 2 and one line: which file, and what to do."""
    path = tmp_path / "crossfade.toml"
    result = invoke(name, "--config", path)
    expected = f"error: {path}: expected a config file, got none; run `crossfade init` to write one\n"
    assert (result.exit_code, result.output) == (2, expected)


@pytest.mark.parametrize("name", WITH_CONFIG)
@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("budget_pct = 0\n", ":12: gate.budget_pct: expected more than 0, got 0"),
        ("rotues = []\n", ":12: gate.rotues: expected a known key, got 'rotues'; known here: "),
        ("routes = []\n", ":12: expected TOML, got a syntax error (cannot overwrite a value)"),
    ],
)
def test_a_wrong_config(invoke: Invoke, service: Any, name: str, added: str, expected: str) -> None:
    """Exit 2 and one line: file, line, key, what was expected."""
    service.add(added)
    result = invoke(name, "--config", service.config)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {service.config}{expected}")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("name", ["gate", "report"])
def test_no_store(invoke: Invoke, service: Any, name: str) -> None:
    """Exit 4 and one line where nothing was ever recorded."""
    result = invoke(name, "--config", service.config)
    expected = f"error: {service.store}: expected an evidence store, got none; run `crossfade shadow` first\n"
    assert (result.exit_code, result.output) == (4, expected)


@pytest.mark.parametrize(
    "words",
    [
        ("gate", "--run"),
        ("report", "--run"),
        ("accept", "f-1", "--reason", "agreed", "--run"),
        ("unaccept", "f-1", "--run"),
        ("replay", "--rediff"),
    ],
)
def test_no_such_run(invoke: Invoke, service: Any, words: tuple[str, ...]) -> None:
    """Exit 2 and one line for a run that the store does not have, whatever the command."""
    service.compared(1)
    result = invoke(*words, "run-9", "--config", service.config)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {service.store.parent}: expected run run-9, got none; ")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("name", ["gate", "report"])
def test_a_store_without_a_run(invoke: Invoke, service: Any, name: str) -> None:
    """Exit 4 and one line where the tables are there and empty."""
    service.compared(1)
    edit(service.store, "DELETE FROM runs")
    result = invoke(name, "--config", service.config)
    assert result.exit_code == 4
    assert result.output.startswith(f"error: {service.store.parent}: expected a run, got none; ")


DAMAGE = {
    "other bytes": lambda path: path.write_bytes(b"not a database" * 100),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "a page of zeros": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(len(path.read_bytes()) - 4096)),
    "empty file": lambda path: path.write_bytes(b""),
    "another version": lambda path: edit(path, "UPDATE meta SET value = '99'"),
    "no table": lambda path: edit(path, "DROP TABLE signatures"),
    "an unknown outcome": lambda path: edit(path, "INSERT INTO settled VALUES ('run-1', 'GET /ok', 'x', 'y', 1)"),
    "a signature that is none": lambda path: edit(path, "UPDATE signatures SET signature = '['"),
    "no histogram": lambda path: edit(path, "UPDATE routes SET legacy_ms = 'x'"),
    "no examples": lambda path: edit(
        path, "INSERT INTO clusters VALUES ('run-1', 'GET /ok', 'body/a', 'value', '', '', 1, 1.0, 1.0, '{')"
    ),
}


def edit(path: Path, sql: str) -> None:
    """Runs SQL in a store, as a hand or another program would."""
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


@pytest.mark.parametrize("name", ["gate", "report"])
@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_a_damaged_store(invoke: Invoke, service: Any, name: str, damage: str) -> None:
    """Exit 4 and one line that names the store: never a traceback, never a verdict."""
    service.compared(400)
    for side in ("-wal", "-shm"):
        service.store.with_name(service.store.name + side).unlink(missing_ok=True)
    DAMAGE[damage](service.store)
    result = invoke(name, "--config", service.config)
    assert result.exit_code == 4, result.output
    assert result.output.startswith(f"error: {service.store}")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("words", [("--help",), ("report",), ("report", "--json"), ("gate",), ("doctor", "--help")])
def test_without_extras(command: Any, service: Any, words: tuple[str, ...]) -> None:
    """What a CI job needs works beside any service: no engine, no web framework."""
    service.compared(400)
    child = command(*words, cwd=service.folder, code=NO_EXTRAS)
    output, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (0, "")
    assert output


def test_the_engine_is_asked_for(command: Any, service: Any) -> None:
    """Without the extra, shadow says which one to install, and exits 4."""
    child = command("shadow", cwd=service.folder, code=NO_EXTRAS)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 4
    (line,) = errors.splitlines()
    assert line.endswith(
        "capture.engine: expected the packages of mitmproxy, got no module named mitmproxy; pip install 'crossfade[mitmproxy]'"
    )


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("doctor",), ("init", "--dir", "new")])
def test_without_libraries(command: Any, tmp_path: Path, words: tuple[str, ...]) -> None:
    """What helps to repair an installation needs nothing that may be broken there."""
    child = command(*words, cwd=tmp_path, code=NO_LIBRARIES)
    output, errors = child.communicate(timeout=60)
    assert child.returncode in {0, 4} if words == ("doctor",) else child.returncode == 0
    assert output
    assert errors == ""


@pytest.mark.parametrize("words", [("report",), ("report", "--format", "html"), ("gate",), ("gate", "--json")])
def test_a_reader_that_leaves(command: Any, service: Any, words: tuple[str, ...]) -> None:
    """A closed pipe is no error: no traceback, and the exit code is the one that was meant."""
    service.compared(400)
    child = command(*words, cwd=service.folder)
    child.stdout.close()
    errors = child.stderr.read()
    assert (child.wait(60), errors) == (0, "")
    child.stderr.close()


@pytest.mark.parametrize("words", [("gate",), ("report",), ("report", "--json"), ("doctor",)])
def test_a_full_disk(service: Any, words: tuple[str, ...]) -> None:
    """Output that could not be written is said, and is not exit 0."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    service.compared(400)
    with full.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "crossfade.tools.cli", *words],
            cwd=service.folder,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == "error: standard output: expected to write, got No space left on device\n"


def test_a_terminal_of_another_encoding(command: Any, service: Any) -> None:
    """What a terminal can't show is written as an escape, not as a traceback."""
    service.config.write_text(
        service.config.read_text(encoding="utf-8").replace("builds", "b\u00fc\u4e2d"), encoding="utf-8"
    )
    service.compared(400)
    child = command("report", cwd=service.folder, env={"PYTHONIOENCODING": "ascii"})
    output, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (0, "")
    assert output.isascii()
