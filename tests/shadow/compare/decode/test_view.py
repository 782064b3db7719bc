"""An answer is decoded once, and its errors are kept like its values."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import diff_views
from crossfade.shadow.compare.decode import UndecodableError, view
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer, Headers, Request

JSON: Headers = (("content-type", "application/json"),)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the decoders, each time one is at work."""
    found: list[str] = []
    for name in ("plain_body", "plain_value", "split_answer", "decode_message"):
        monkeypatch.setattr(view, name, _counted(name, getattr(view, name), found))
    return found


def _counted(name: str, decode: Callable[..., Any], found: list[str]) -> Callable[..., Any]:
    def counted(*arguments: Any) -> Any:
        found.append(name)
        return decode(*arguments)

    return counted


def test_legacy_is_decoded_once_for_two_sides(
    calls: list[str], request_to: Callable[..., Request], answer: Callable[..., Answer]
) -> None:
    """The candidate's and the secondary's answers are compared with one decoded view of legacy's."""
    legacy = AnswerView(answer(b'{"a":1}', headers=JSON))
    for body in (b'{"a":2}', b'{"a":3}'):
        assert list(diff_views(request_to(), legacy, AnswerView(answer(body, headers=JSON)), None))
    assert calls.count("plain_value") == 3


def test_a_message_is_decoded_once(calls: list[str], contract: Contract, answer: Callable[..., Answer]) -> None:
    """Frames are split once, and each message is read once for each type."""
    one = AnswerView(answer(b"\0\0\0\0\2\x08\7", headers=(("content-type", "application/grpc"),)))
    assert one.messages("t.v1.Old", contract) == one.messages("t.v1.Old", contract) == ({"i32": 7},)
    assert one.call() is one.call()
    assert calls == ["split_answer", "decode_message"]


def test_an_error_is_raised_each_time(calls: list[str], answer: Callable[..., Answer]) -> None:
    """What can't be decoded is not tried again, and is no value the second time."""
    broken = AnswerView(answer(b"{", headers=JSON))
    for _ in range(2):
        with pytest.raises(UndecodableError):
            broken.value()
    assert calls == ["plain_body", "plain_value"]
