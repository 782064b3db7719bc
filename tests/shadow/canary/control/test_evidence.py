"""Evidence that is read beside the ticks."""

import pytest

from crossfade.shadow.canary.control.evidence import TOO_OLD_S, Evidence, EvidenceWatch
from crossfade.shadow.canary.reading import Standing
from crossfade.shadow.evidence import EvidenceError

STANDING = Standing(route="GET /a", verdict="pass")


class Store:
    """What is read, and the time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.found: Evidence | Exception = Evidence(standings=(STANDING,), committed_at=95.0)

    def read(self) -> Evidence:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def watch(store: Store) -> EvidenceWatch:
    return EvidenceWatch(store.read, clock=lambda: store.now)


async def test_evidence_comes_with_its_present_age(store: Store, watch: EvidenceWatch) -> None:
    """It grows while nothing new is committed."""
    assert watch.now() == ((), "it was not read yet")
    await watch.read_once()
    ((standing,), problem) = watch.now()
    assert (standing.age_s, standing.verdict, problem) == (5.0, "pass", "")
    store.now += 20
    assert watch.now()[0][0].age_s == 25.0


async def test_what_cannot_be_read_is_told_beside_the_last(store: Store, watch: EvidenceWatch) -> None:
    """Until it can be read again."""
    await watch.read_once()
    store.found = EvidenceError("evidence.sqlite: expected to read it, got locked")
    await watch.read_once()
    ((standing,), problem) = watch.now()
    assert (standing.verdict, problem) == ("pass", "evidence.sqlite: expected to read it, got locked")
    store.found = Evidence()
    await watch.read_once()
    assert watch.now() == ((), "")


async def test_a_bug_is_told_without_its_message(
    store: Store, watch: EvidenceWatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Which may hold values of the traffic; it is logged once."""
    await watch.read_once()
    store.found = ValueError("secret")
    for _ in range(3):
        await watch.read_once()
    assert watch.now()[1].startswith("error=ValueError at=test_evidence.py:")
    assert len(caplog.messages) == 1
    assert "secret" not in caplog.text


async def test_a_read_that_hangs_is_told(store: Store, watch: EvidenceWatch) -> None:
    """Evidence that nobody could look at for a minute is not trusted."""
    await watch.read_once()
    store.now += TOO_OLD_S
    assert watch.now()[1] == ""
    store.now += 1
    assert watch.now()[1] == "expected to read it each second, got none for 61 s"
