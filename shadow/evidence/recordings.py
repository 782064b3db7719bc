"""Where the recordings of runs lie, beside the evidence."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from crossfade.shadow.evidence.errors import EvidenceError

FOLDER = "recordings"


def recording_folder(folder: Path, run_id: str) -> Path:
    """The recording of a run, below ``[evidence] dir``."""
    return folder / FOLDER / run_id


def delete_recordings(folder: Path, run_ids: Iterable[str]) -> None:
    """Deletes the recordings of these runs, if they have any. Raises: EvidenceError: one can't be deleted."""
    for recording in (recording_folder(folder, run_id) for run_id in run_ids):
        if recording.parent == folder / FOLDER and recording.name != ".." and recording.is_dir():
            try:
                shutil.rmtree(recording)
            except OSError as error:
                message = f"{recording}: expected a folder that can be deleted, got {error.strerror or error}"
                raise EvidenceError(f"{message}; delete it by hand") from None
