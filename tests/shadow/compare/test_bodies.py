"""Two bodies by what both mean."""

from collections.abc import Callable

import pytest

from crossfade.shadow.compare.bodies import coding_of, diff_bodies
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.exchange import Answer

Build = Callable[..., Answer]
JSON = (("content-type", "application/json"),)
CSV = (("content-type", "text/csv"),)
TEXT = (("content-type", "text/plain"),)


def found(legacy: Answer, other: Answer, keys: ListKeys = NO_KEYS) -> list[tuple[str, str]]:
    """Path and kind of each difference."""
    return [(item.path, item.kind.value) for item in diff_bodies(AnswerView(legacy), AnswerView(other), keys)]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "compress"])
def test_a_coding_that_is_not_there(answer: Build, coding: str) -> None:
    """Both sides name it, and send plain text: that is compared; where legacy alone does so, nothing is."""
    headers = (*JSON, ("content-encoding", coding))
    ours, other = (answer(body, headers=headers) for body in (b'{"t": 1, "a": 1}', b'{"t":2,"a":2}'))
    assert found(ours, other) == [("body/t", "value"), ("body/a", "value")]
    assert found(ours, answer(b'{"a": 1, "t": 1}', headers=headers)) == []
    for refused in (answer(b'{"t":2}', headers=JSON), answer(b"\xff", headers=headers)):
        with pytest.raises(UndecodableError):
            found(ours, refused)
    assert coding_of(ours) == (coding,)


@pytest.mark.slow
def test_deep_and_wide_json(answer: Build) -> None:
    """A token and an amount have places of their own 10,000 levels down, and among 200,000 members."""
    inner = '{"token": "%s", "amount": %d}'
    deep = '{"in":' * 10_000 + inner + "}" * 10_000
    wide = "{" + "".join(f'"k{number}x": {number}, ' for number in range(200_000)) + inner[1:]
    for text, above in ((deep, "body" + "/in" * 200 + "/{deep}"), (wide, "body")):
        ours, theirs = (answer((text % said).encode(), headers=JSON) for said in (("a", 150), ("b", 200)))
        assert sorted(found(ours, theirs)) == [(f"{above}/amount", "value"), (f"{above}/token", "value")]


def test_a_table_beside_other_text(answer: Build) -> None:
    """Both are compared as text where one has no cells, or another type."""
    ours = answer(b"id,n\n7,1\n", headers=CSV)
    assert found(ours, answer(b"id,n\n7,2\n", headers=CSV)) == [("body/0/n", "value")]
    assert found(ours, answer(b'id,n\n7,"2\n', headers=CSV)) == [("body/line[2]", "value")]
    assert found(ours, answer(b"id,n\n7,2\n", headers=TEXT)) == [("body/line[2]/word[2]", "value")]
    assert found(ours, answer(b'{"id": 7}', headers=JSON)) == [("body", "type")]
    assert found(ours, answer(b"\xff", headers=CSV)) == [("body", "type")]
    assert found(ours, answer(b"", headers=CSV)) == [("body", "missing")]
    assert found(ours, answer(b"\xef\xbb\xbfid,n\n7,1\n", headers=CSV)) == [("body", "format")]


def test_rows_are_paired_by_a_configured_key(answer: Build) -> None:
    """As the elements of any list."""
    ours, other = (answer(body, headers=CSV) for body in (b"key,n\na,1\nb,2\n", b"key,n\na,3\nb,2\n"))
    assert found(ours, other, ListKeys([("body", "n")])) == [("body/0", "missing"), ("body/0", "added")]
