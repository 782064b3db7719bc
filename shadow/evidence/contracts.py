"""The contracts of the runs, beside the store: with them a stored call can be sent again."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from crossfade.shadow.evidence.errors import EvidenceError

FOLDER = "contracts"
_SUFFIX = ".binpb"


def contract_file(folder: Path, digest: str) -> Path:
    """Where the FileDescriptorSet of a contract lies in the folder of a store."""
    return folder / FOLDER / f"{digest}{_SUFFIX}"


def keep_contract(folder: Path, digest: str, descriptors: bytes) -> None:
    """Writes a contract, if it is not there yet. Raises: EvidenceError: it can't be written."""
    path = contract_file(folder, digest)
    if path.exists():
        return
    aside = path.with_name(f".{digest}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(descriptors)
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        message = f"{path}: expected a file that can be written, got {error.strerror or error}"
        raise EvidenceError(message) from None


def forget_contracts(folder: Path, digests: Iterable[str]) -> None:
    """Deletes all contracts but these. Raises: EvidenceError: one can't be deleted; the next call tries it again."""
    kept = {contract_file(folder, digest).name for digest in digests}
    for path in (folder / FOLDER).glob(f"*{_SUFFIX}"):
        if path.name not in kept:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                message = f"{path}: expected a file that can be deleted, got {error.strerror or error}"
                raise EvidenceError(message) from None
