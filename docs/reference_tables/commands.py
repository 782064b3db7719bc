"""The commands, as click knows them."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

from crossfade.tools.cli import main
from reference_tables.markdown import code, table

_DEFAULT = re.compile(r"\s*\[default: (.+)\]$")  # where click knows none, the text of the option names it
_EXAMPLES = re.compile(r"^Examples?:$", re.MULTILINE)


def commands(_: str) -> str:
    """A chapter for each command: what it does, its options, an example."""
    return "\n".join(line for name, command in each_command() for line in _chapter(name, command))


def each_command(group: click.Group = main, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Each command with its name, in the order of their names; of a group those in it."""
    for name in sorted(group.commands):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from each_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _chapter(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"crossfade {name}")
    text, example = _help_of(command)
    options = [_row(parameter.to_info_dict()) for parameter in command.params if isinstance(parameter, click.Option)]
    yield f"## crossfade {name}\n"
    yield f"{text}\n"
    yield f"```text\n{' '.join(command.collect_usage_pieces(context)).join((f'crossfade {name} ', ''))}\n```\n"
    if options:
        yield table(("Option", "Value", "Default", "Meaning"), options)
    yield f"```sh\n{example}\n```\n"


def _help_of(command: click.Command) -> tuple[str, str]:
    """The text of --help, and the lines of its example."""
    text, *rest = _EXAMPLES.split(inspect.cleandoc(command.help or "").replace("\b\n", ""))
    return text.strip(), inspect.cleandoc(rest[0].strip("\n")) if rest else ""


def _row(option: dict[str, Any]) -> tuple[str, ...]:
    names = ", ".join(map(code, option["opts"]))
    text, *told = _DEFAULT.split(option["help"] or "")
    default = "required" if option["required"] else told[0] if told else _default(option)
    return names, _value(option), default, text


def _default(option: dict[str, Any]) -> str:
    is_none = option["is_flag"] or option["default"] in {None, "", ()}
    return "-" if is_none else code(str(option["default"]))


def _value(option: dict[str, Any]) -> str:
    if option["is_flag"]:
        return ""
    kind = option["type"]
    if "choices" in kind:
        return ", ".join(map(code, kind["choices"]))
    many = ", repeatable" if option["multiple"] else ""
    return {"Path": "path", "String": "text", "IntRange": "whole number"}.get(kind["param_type"], "number") + many
