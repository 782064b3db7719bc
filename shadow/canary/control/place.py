"""The controller's folder beside the evidence: its lock, and where its API is."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError
from msgspec import json as msgspec_json

from crossfade.shadow.errors import ShadowError

try:
    import fcntl
except ImportError:  # Windows has no such locks: there nothing holds a second controller back
    fcntl = None  # type: ignore[assignment]

FOLDER = "canary"
_LOCK = "lock"
_ADDRESS = "controller.json"


class Running(Struct, frozen=True, kw_only=True):
    """The controller that runs, or that ran last."""

    pid: int
    address: str


def folder_of(evidence: Path) -> Path:
    """Where the controller keeps what is its own."""
    return evidence / FOLDER


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Holds the lock; the system drops it with the process, however that ends.

    Raises: ShadowError: another controller has it, or the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        message = f"{folder}: expected a folder to write, got {error.strerror}; fix that, or change [evidence] dir"
        raise ShadowError(message, exit_code=4) from None
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def is_running(folder: Path) -> bool:
    """Whether a controller of this machine holds the lock now."""
    if fcntl is None or not (folder / _LOCK).exists():
        return False
    handle = os.open(folder / _LOCK, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def tell_address(folder: Path, address: str) -> None:
    """Writes where the API is, for those who look in the same folder."""
    draft = folder / f"{_ADDRESS}.{os.getpid()}"
    draft.write_text(json.dumps({"pid": os.getpid(), "address": address}), encoding="utf-8")
    draft.replace(folder / _ADDRESS)


def last_running(folder: Path) -> Running | None:
    """The controller that last told where it is; None where none did, or the file can't be read."""
    try:
        return msgspec_json.decode((folder / _ADDRESS).read_bytes(), type=Running)
    except (OSError, DecodeError, ValidationError):
        return None


def _lock(handle: int, folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        last = last_running(folder)
        who = "one that runs" if last is None else f"one that runs as process {last.pid}"
        message = f"{folder}: expected no other controller, got {who}; use it, or stop it first"
        raise ShadowError(message, exit_code=4) from None
