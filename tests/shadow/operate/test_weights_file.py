"""What an engine keeps over a restart."""

import logging
from pathlib import Path

import pytest

from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.operate.weights_file import FILE_NAME, keep, read_kept
from crossfade.shadow.serving.lease import NONE
from crossfade.shadow.serving.weights import RouteWeight, Weights

CANARY = RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=25.0)
COMPLETE = RouteWeight(route="GET /b", stage=Stage.COMPLETE, candidate_pct=100.0)
WEIGHTS = Weights(generation=3, lease_s=10.0, routes=(CANARY, COMPLETE))


def test_only_what_needs_no_controller_is_kept(tmp_path: Path) -> None:
    """With its generation, so that an older controller is known."""
    keep(tmp_path / "new", WEIGHTS)
    assert read_kept(tmp_path / "new") == Weights(generation=3, lease_s=10.0, routes=(COMPLETE,))
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE_NAME]


def test_without_a_file_all_is_legacys(tmp_path: Path) -> None:
    assert read_kept(tmp_path) == NONE


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"generation": 1}', b"[]"])
def test_a_broken_file_gives_all_to_legacy(tmp_path: Path, text: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """And says so."""
    (tmp_path / FILE_NAME).write_bytes(text)
    with caplog.at_level(logging.WARNING):
        assert read_kept(tmp_path) == NONE
    assert "weights.unreadable" in caplog.text


def test_what_a_person_wrote_into_it_is_no_weight(tmp_path: Path) -> None:
    """A weight that needs a controller does not come back by the file."""
    (tmp_path / FILE_NAME).write_text(
        '{"generation": 1, "lease_s": 10, "routes": [{"route": "GET /a", "stage": "canary", "candidate_pct": 100}]}',
        encoding="utf-8",
    )
    assert read_kept(tmp_path).routes == ()


def test_a_draft_that_can_not_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    keep(tmp_path, WEIGHTS)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(OSError, match="directory"):
        keep(tmp_path, WEIGHTS)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
