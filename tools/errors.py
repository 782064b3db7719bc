"""How the command line ends: one line for a person, and an exit code for a program."""

import sys
from collections.abc import Callable
from enum import IntEnum
from functools import wraps
from typing import Any, NoReturn

import click


class ExitCode(IntEnum):
    """What a caller of the command line learns."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INFRASTRUCTURE = 4
    INTERRUPTED = 130


def fail(message: str, code: int) -> NoReturn:
    """Prints one line to standard error and ends."""
    click.echo(f"error: {message}", err=True)
    sys.exit(code)


def caught(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turns the errors that are a person's to fix into one line and an exit code; Ctrl-C into 130."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes anything on
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            fail("interrupted", ExitCode.INTERRUPTED)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise  # --help, --version and wrong usage: click ends these itself
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            fail(str(error), code)

    return run


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that is a person's to fix; None for a fault of crossfade."""
    # imported once something failed: they bring grpc and sqlalchemy, which --help and doctor do without
    from crossfade.codegen.contract import ContractError  # noqa: PLC0415
    from crossfade.codegen.hazards import SourceError  # noqa: PLC0415
    from crossfade.codegen.java import JavaError  # noqa: PLC0415
    from crossfade.codegen.project import ProjectError  # noqa: PLC0415
    from crossfade.shadow.errors import ShadowError  # noqa: PLC0415
    from crossfade.shadow.evidence import EvidenceError, NoSuchRunError  # noqa: PLC0415

    if isinstance(error, ShadowError | ProjectError):
        return error.exit_code
    if isinstance(error, ContractError | JavaError | SourceError | NoSuchRunError):
        return ExitCode.USAGE
    return ExitCode.INFRASTRUCTURE if isinstance(error, EvidenceError) else None
