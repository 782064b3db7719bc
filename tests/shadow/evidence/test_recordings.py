"""The recordings of runs lie in one folder, and are deleted by the ids of their runs."""

from pathlib import Path

import pytest

from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.recordings import delete_recordings, recording_folder


@pytest.mark.parametrize("run_id", ["../kept", "a/../../kept", "..", "."])
def test_nothing_outside_of_the_folder_is_deleted(tmp_path: Path, run_id: str) -> None:
    """Whatever a run is called."""
    recording_folder(tmp_path, "a").mkdir(parents=True)
    (tmp_path / "kept").mkdir()
    delete_recordings(tmp_path, [run_id])
    assert (tmp_path / "kept").is_dir()
    assert recording_folder(tmp_path, "a").is_dir()


def test_those_of_these_runs(tmp_path: Path) -> None:
    """With all that is in them; a run that has none is passed over."""
    for run_id in "ab":
        recording_folder(tmp_path, run_id).mkdir(parents=True)
        (recording_folder(tmp_path, run_id) / "000001.jsonl.zst").touch()
    delete_recordings(tmp_path, ["a", "c"])
    assert [path.name for path in recording_folder(tmp_path, "b").parent.iterdir()] == ["b"]


def test_one_that_can_not_be_deleted(tmp_path: Path) -> None:
    """One line that names it."""
    (tmp_path / "elsewhere").mkdir()
    recording_folder(tmp_path, "a").parent.mkdir()
    recording_folder(tmp_path, "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EvidenceError, match=r"a: expected a folder that can be deleted, got .+; delete it by hand$"):
        delete_recordings(tmp_path, ["a"])
