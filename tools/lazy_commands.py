"""Commands that are imported when they are used: doctor works where a library is broken, and --help is quick."""

from collections import UserDict
from collections.abc import Iterator, Mapping
from importlib import import_module

import click


class LazyCommands(UserDict[str, click.Command]):
    """Commands by name; each is a module of a package, with a function that is called as the module."""

    def __init__(self, package: str, summaries: Mapping[str, str], prefix: str = "") -> None:
        """``summaries`` has a line for each command; ``prefix`` stands before a name in that of its module."""
        super().__init__()
        self._package = package
        self._prefix = prefix
        self.summaries = summaries

    def __getitem__(self, name: str) -> click.Command:
        if name not in self.summaries:
            raise KeyError(name)
        module = f"{self._prefix}{name}"
        command: click.Command = getattr(import_module(f"{self._package}.{module}"), module)
        return command

    def __contains__(self, name: object) -> bool:
        return name in self.summaries

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)


class LazyGroup(click.Group):
    """Lists its commands without importing them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Writes one line for each command."""
        if isinstance(self.commands, LazyCommands):
            with formatter.section("Commands"):
                formatter.write_dl(sorted(self.commands.summaries.items()))
