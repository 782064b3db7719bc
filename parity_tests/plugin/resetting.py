"""The services' data is put back once for a test run, however many processes share its tests."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crossfade.parity_tests.plugin.hooks import COMMON_FOLDER
from crossfade.parity_tests.replay.reset import resets_of, run_resets
from crossfade.shadow.config import Config

_SIDES = ("legacy", "candidate", "secondary")


def reset_once(pytest_config: pytest.Config, config: Config, folder: Path) -> None:
    """Runs the commands of [replay]; ``folder`` is the config's. Raises: ParityError: one failed."""
    resets = resets_of(config.replay, folder, _SIDES)
    common: str | None = getattr(pytest_config, "workerinput", {}).get(COMMON_FOLDER)
    if not resets:
        return
    if common is None:
        asyncio.run(run_resets(resets))
    else:
        with _first(Path(common)) as is_first:
            if is_first:
                asyncio.run(run_resets(resets))


@contextmanager
def _first(common: Path) -> Iterator[bool]:
    """Whether no other worker of pytest-xdist has got through here; they come one after the other."""
    import fcntl  # noqa: PLC0415 - not there on Windows

    done = common / "reset"
    with (common / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()
