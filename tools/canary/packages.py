"""What a canary's controller needs beyond a plain install: the packages of an extra."""

from collections.abc import Iterator
from contextlib import contextmanager

from crossfade.shadow.errors import ShadowError


@contextmanager
def controller_packages() -> Iterator[None]:
    """Around imports of the controller. Raises: ShadowError: a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"canary: expected the packages of the controller, got no module named {error.name}"
        raise ShadowError(f"{message}; pip install 'crossfade[canary]'", exit_code=4) from None
