"""A candidate that refuses what legacy issued before the run is one finding, and no cascade."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.credentials import credential_refused
from crossfade.shadow.exchange import Headers

OLD, NEW, THEIRS = "8f3a9c21aa01bb02", "7e2b8d10bb02cc03", "6d1c7e0fcc03dd04"


@pytest.fixture
def refused(bindings: Bindings, records: Any) -> Callable[..., bool]:
    """Whether a read with these fields is refused by the candidate alone because of its credential."""

    def ask(*fields: tuple[str, str], legacy: int = 200, candidate: int = 401) -> bool:
        headers: Headers = fields
        request = records.request("GET", "/me", headers=headers)
        answers = (records.answer({"a": 1}, legacy), records.answer({"error": "no"}, candidate))
        return credential_refused(records.comparison(request, *answers), bindings)

    return ask


@pytest.mark.parametrize(
    "field", [("Authorization", f"Bearer {OLD}"), ("Cookie", f"a=1; sid={OLD}"), ("X-Session-Token", OLD)]
)
def test_one_from_before_the_run(refused: Callable[..., bool], field: tuple[str, str]) -> None:
    """Of any form, where legacy takes it."""
    assert refused(field)
    assert not refused(field, legacy=401)
    assert not refused(field, candidate=404)


def test_none_at_all_and_a_password(refused: Callable[..., bool]) -> None:
    """To refuse these is a difference like any other."""
    assert not refused()
    assert not refused(("Authorization", "Basic QW5uOnBhc3N3b3Jk"))


def test_one_of_this_run(bindings: Bindings, records: Any, refused: Callable[..., bool]) -> None:
    """It is mapped: a candidate that refuses its own token is wrong."""
    answers = (records.answer({"access_token": NEW}), records.answer({"access_token": THEIRS}))
    bindings.resolve(records.comparison(records.request("POST", "/login"), *answers), write=True)
    assert not refused(("Authorization", f"Bearer {NEW}"))
    assert refused(("Authorization", f"Bearer {OLD}"))


def test_one_that_the_candidate_took_before(bindings: Bindings, records: Any, refused: Callable[..., bool]) -> None:
    """It knows it."""
    request = records.request("GET", "/me", headers=(("Authorization", f"Bearer {OLD}"),))
    bindings.resolve(records.comparison(request, records.answer({}), records.answer({})), write=False)
    assert not refused(("Authorization", f"Bearer {OLD}"))
