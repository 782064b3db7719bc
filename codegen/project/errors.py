"""The one error of this room."""


class ProjectError(Exception):
    """A folder, a path or a tool that can't be used: one line with the place, what was expected, and what to do.

    ``exit_code`` is what the command line ends with: 2 usage, 4 infrastructure or a missing tool.
    """

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
