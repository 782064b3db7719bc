"""What the commands write: to standard output, or to a file that a person named."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from crossfade.tools.errors import ExitCode, fail


def emit(text: str) -> None:
    """Writes text and a newline. A reader that has left (``| head``) is no error: the exit code stays as it was."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        fail(f"standard output: expected to write, got {error.strerror}", ExitCode.INFRASTRUCTURE)


def rendered(draw: Callable[[Console], None]) -> str:
    """What ``draw`` prints, as standard output would show it; nothing is written, so that ``emit`` alone can fail."""
    nowhere = io.TextIOWrapper(io.BytesIO(), encoding=sys.stdout.encoding)
    console = Console(file=nowhere, force_terminal=sys.stdout.isatty() or None)
    with console.capture() as captured:
        draw(console)
    return captured.get().rstrip("\n")


def save(text: str, path: Path, option: str) -> None:
    """Writes a file; where that can't be, one line names the option that chose the place."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{path}: expected a file to write, got {error.strerror}; choose another {option}", ExitCode.USAGE)
    emit(f"wrote {path}")
