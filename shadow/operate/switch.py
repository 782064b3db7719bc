"""The kill switch: a file beside the evidence. While it is there nothing is mirrored, across restarts too.

Each process looks for itself, so the switch works even if the pipe between them is full or no proxy runs.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "mirror-off.json"
_POLL_S = 0.25
_UNREADABLE = "(unknown)"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """Who turned mirroring off, when (seconds since the epoch) and why; what can't be read is ``(unknown)``."""

    by: str
    at: float
    reason: str


class Switch:
    """The switch as one process knows it, at most a quarter of a second old while ``watch`` runs."""

    def __init__(self, folder: Path) -> None:
        """Looks at once: what was off at the last end is off now."""
        self._folder = folder
        self._off = read_off(folder)

    def is_off(self) -> bool:
        """Whether nothing may be mirrored now. Cheap: no file is read."""
        return self._off is not None

    async def watch(self, changed: Callable[[], None]) -> None:
        """Looks until cancelled, in a thread, so that a disk that hangs does not delay the traffic."""
        while True:
            await asyncio.sleep(_POLL_S)
            off = await asyncio.to_thread(read_off, self._folder)
            if off != self._off:
                was_off, self._off = self.is_off(), off
                if was_off != self.is_off():
                    _tell(off)
                    changed()


def read_off(folder: Path) -> Off | None:
    """Who turned it off, or None while mirroring is on. A file that can't be read means off."""
    try:
        text = (folder / FILE_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        return Off(by=_UNREADABLE, at=0.0, reason=type(error).__name__)
    try:
        found = json.loads(text)
        return Off(by=str(found["by"]), at=float(found["at"]), reason=str(found["reason"]))
    except (ValueError, KeyError, TypeError):
        return Off(by=_UNREADABLE, at=0.0, reason=_UNREADABLE)


def turn_off(folder: Path, off: Off) -> None:
    """Writes the file as a whole or not at all; an existing one is replaced. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{FILE_NAME}.{os.getpid()}"
    try:
        draft.write_text(json.dumps(asdict(off)), encoding="utf-8")
        draft.replace(folder / FILE_NAME)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def turn_on(folder: Path) -> None:
    """Removes the file, if there is one. Raises: OSError."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def _tell(off: Off | None) -> None:
    if off is None:
        log.warning("mirror.on")
    else:
        log.warning("mirror.off by=%s reason=%s", off.by, off.reason)
