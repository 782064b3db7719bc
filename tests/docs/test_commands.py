"""The documents name the command line as it is."""

import contextlib
import re
import shlex
from typing import Any

import click
import pytest
from reference_tables.commands import each_command

from crossfade.reports.formats import MODULES
from crossfade.tools.cli import main
from crossfade.tools.errors import ExitCode

_SET = re.compile(r"\w+=\S*")


def _commands() -> list[tuple[str, click.Command]]:
    return list(each_command())


def _invocations(documents: Any) -> list[tuple[str, list[str]]]:
    """Where, and the arguments of each crossfade command in a fenced shell block."""
    found = []
    for document in documents:
        for block in document.blocks("sh"):
            for line in block.replace("\\\n", " ").splitlines():
                found += [(f"{document.path.name}: {line}", words) for words in _crossfade(line)]
    return found


def _crossfade(line: str) -> list[list[str]]:
    """The arguments of each call of crossfade in one line, which pipes, lists and redirections end."""
    line = re.sub(r"\$\([^)]*\)", "VALUE", line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    calls: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;<>"):
            calls.append([])
        else:
            calls[-1].append(word)
    named = [_without_variables(call) for call in calls]
    return [call[1:] for call in named if call and call[0].rpartition("/")[2] == "crossfade"]


def _without_variables(call: list[str]) -> list[str]:
    while call and _SET.fullmatch(call[0]):
        call = call[1:]
    return call


def _parse(words: list[str]) -> None:
    """Raises: click.UsageError: no such command or option. Runs nothing."""
    command: click.Command = main
    name = "crossfade"
    while isinstance(command, click.Group) and words[:1] != ["--help"]:
        name, *words = words
        if name not in command.commands:
            raise click.UsageError(f"no such command {name}")
        command = command.commands[name]
    with contextlib.suppress(click.exceptions.Exit):  # an option that prints something and ends
        command.make_context(name, words)


def test_the_parser_refuses_what_does_not_exist() -> None:
    """The check below can fail: an unknown command and an unknown option are refused."""
    for line in (
        "crossfade canary explode",
        "crossfade report --colour red",
        "X=1 .venv/bin/crossfade gate --runs 1 | cat",
    ):
        (words,) = _crossfade(line)
        with pytest.raises(click.UsageError):
            _parse(words)


def test_every_command_line_parses(documents: Any) -> None:
    """Each line of a shell block that calls crossfade names a command and options that exist."""
    invocations = _invocations(documents)
    assert len(invocations) > 10
    for where, words in invocations:
        try:
            _parse(words)
        except click.UsageError as error:
            pytest.fail(f"{where}: {error.format_message()}")


def test_every_command_and_option_is_in_the_reference(page: Any) -> None:
    """The page of commands has a chapter for each command, with all its options, and no other."""
    _, *chapters = re.split(r"^## crossfade ", page("reference/commands.md").text, flags=re.MULTILINE)
    stated = {text.splitlines()[0]: set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) for text in chapters}
    wanted = {
        name: {flag for option in command.params for flag in option.opts if flag.startswith("--")}
        for name, command in _commands()
    }
    assert stated == wanted


def test_every_option_has_a_meaning(page: Any) -> None:
    """A sentence; a default that click does not know stands in its column, as others do."""
    rows = [cells for cells in page("reference/commands.md").rows() if cells[0].startswith("`--")]
    assert [cells for cells in rows if not cells[3].endswith(".")] == []
    assert ["`--run`", "text", "the newest", "The id of a run."] in rows
    formats = ", ".join(f"`{name}`" for name in MODULES)
    assert ["`--format`", formats, "terminal", "Output format."] in rows


def test_every_command_shows_an_example() -> None:
    """Each --help ends with an example, and the example parses."""
    for name, command in _commands():
        lines = (command.help or "").partition("Example:")[2].split("\n\n")[0].splitlines()
        examples = [words for line in lines for words in _crossfade(line.strip())]
        assert examples, name
        for words in examples:
            _parse(words)


def test_no_command_of_the_future(documents: Any) -> None:
    """`crossfade NAME` in running text is a command that exists."""
    known = main.commands
    for document in documents:
        for name in re.findall(r"`crossfade ([a-z]+)", document.prose):
            assert name in known, f"{document.path.name}: crossfade {name}"


def test_every_exit_code_is_in_the_reference(page: Any) -> None:
    """The table of exit codes is the enum's."""
    stated = {int(cells[0]) for cells in page("reference/exit-codes.md").rows() if cells[0].isdigit()}
    assert stated == {code.value for code in ExitCode}
