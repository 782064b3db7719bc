"""Of each kind of body the differ finds the amount beside the token, and nothing where spellings alone differ."""

from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.shadow.compare.answers import diff_answers
from crossfade.shadow.exchange import Answer, Protocol, Request

ONE, TWO = "3f2a9100aa11bb22cc33dd44ee55ff66", "77bc0411aa99bb00cc22dd11ee00ff77"
REQUEST = Request(
    id="1",
    protocol=Protocol.HTTP,
    method="GET",
    scheme="http",
    authority="service",
    target="/a",
    headers=(),
    body=b"",
    truncated=False,
    trailers=(),
    started_at=0.0,
)


@pytest.fixture
def kinds(verdict: SimpleNamespace) -> Any:
    """The module."""
    return verdict.kinds


def _answer(said: Any) -> Answer:
    headers = tuple(said.headers.items())
    return Answer(status=said.status, headers=headers, body=said.data, truncated=False, trailers=(), latency_ms=1.0)


def _places(kinds: Any, name: str, *, token: str, amount: int) -> set[str]:
    """Where the candidate's answer differs from legacy's, which has the first token and 1007."""
    pages = (
        kinds.Page(number=7, amount=1007, token=ONE, is_java=False),
        kinds.Page(number=7, amount=amount, token=token, is_java=True),
    )
    ours, theirs = (_answer(kinds.KINDS[name].say(page)) for page in pages)
    return {item.template for item in diff_answers(REQUEST, ours, theirs, None)}


def test_another_spelling(kinds: Any) -> None:
    """It differs in nothing."""
    assert {name: _places(kinds, name, token=ONE, amount=1007) for name in kinds.KINDS} == {
        key: set() for key in kinds.KINDS
    }


def test_a_wrong_amount_beside_a_token(kinds: Any) -> None:
    """It has a place of its own, which the token alone never touches."""
    for name, kind in kinds.KINDS.items():
        noise = _places(kinds, name, token=TWO, amount=1007)
        assert noise, name
        assert kind.place not in noise, name
        assert _places(kinds, name, token=TWO, amount=1057) == {*noise, kind.place}, name
