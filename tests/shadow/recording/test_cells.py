"""Cells are stored without those that are secret."""

import pytest

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.cells import COMMAS, TABS
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.recording.cells import redact_cells

REDACTOR = Redactor(b"k" * 32)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("id,password\n7,hunter2\n8,hunter2\n", "id,password\n7,"),
        ("# x\r\npassword;id\r\nhunter2;7\r\n", ";7\r\n"),
        ('id,password\n7,"hunter2, it ""is"""\n', 'id,password\n7,"'),
        ("al,password\nbo,hunter2\n", "bo,"),
        ("id,password\n7,x,hunter2\n", "id,password\n"),
        ("id,note\n7,password=hunter2\n", "id,note\n7,password="),
        ("id,n\n7,me@hunter2.example\n", "id,n\n7,"),
    ],
)
def test_secret_cells(text: str, kept: str) -> None:
    """By the names on top and by patterns; the rest of the text is as it was."""
    redacted = redact_cells(text, COMMAS, REDACTOR)
    assert "hunter2" not in redacted
    assert kept in redacted
    assert len(redacted) == len(text)


def test_other_cells_stay() -> None:
    """To the byte."""
    for text in ("id,n\n7,1\n", 'a,"b"\r\n"c",d', "id,password\n", "id\n7\n"):
        assert redact_cells(text, COMMAS, REDACTOR) == text


def test_cells_that_can_not_be_told() -> None:
    """Under the name of a secret nothing is kept; other text is looked through."""
    with pytest.raises(UndecodableError, match="expected cells"):
        redact_cells('id,password\n7,hunter"2\n', COMMAS, REDACTOR)
    assert "hunter2" not in redact_cells("x me@hunter2.example\n", TABS, REDACTOR)
