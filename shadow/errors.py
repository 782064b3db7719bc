"""The one error of this package that is a person's to fix, and how the others are logged."""

import traceback
from pathlib import Path


class ShadowError(Exception):
    """A mistake in a config, a contract or an address: one line with the place, what was expected, and what to do.

    ``exit_code`` is what the command line ends with: 2 usage or config, 4 infrastructure.
    """

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def where(error: Exception) -> str:
    """The kind of an error and the line that raised it: its message may hold values of the traffic."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"error={type(error).__name__} at={Path(last.filename).name}:{last.lineno}"
