"""Commands that are imported when they are used."""

import sys

import click
import pytest

from crossfade.tools.lazy_commands import LazyCommands


def test_a_command_is_imported_when_it_is_used() -> None:
    """Listing them imports none."""
    commands = LazyCommands("crossfade.tools.commands", {"gate": "Pass or fail.", "gone": "Nothing."})
    assert (list(commands), len(commands), "gate" in commands) == (["gate", "gone"], 2, True)
    assert isinstance(commands["gate"], click.Command)
    assert "crossfade.tools.commands.gate" in sys.modules


def test_what_is_not_listed_is_not_imported() -> None:
    """Though a module is called so."""
    commands = LazyCommands("crossfade.tools.commands", {})
    assert commands.get("gate") is None
    with pytest.raises(KeyError):
        commands["gate"]
