"""A read of what the candidate wrote is known by the ids that its answer to the write gave."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.asking.written import Written
from crossfade.shadow.exchange import Answer, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import UnmirroredFrame

ROUTE = RouteInfo(route="POST /builds", protocol="http", call_type="http", stage=Stage.CANARY)
MINTED = "7f30116a-cd6a-42de-8ef0-dd270b92b597"
SENT = "c0ffee00-1111-4222-8333-444455556666"
BODY = b'{"id": "%s", "parent": "%s", "number": 7, "build_id": 41}' % (MINTED.encode(), SENT.encode())

Requests = Callable[..., Request]
Answers = Callable[..., Answer]


@pytest.fixture
def written(request_of: Requests, answer_of: Answers) -> Written:
    """One build that the candidate made."""
    found = Written(contract=None, is_watched=lambda route: route is ROUTE)
    sent = b'{"parent": "%s"}' % SENT.encode()
    headers = (("content-type", "application/json"),)
    found.note(ROUTE, request_of(method="POST", target="/builds", body=sent, headers=headers), answer_of(BODY))
    return found


@pytest.mark.parametrize(
    ("target", "is_read"),
    [
        (f"/builds/{MINTED}", True),
        (f"/artifacts?build={MINTED}", True),
        ("/builds/41", True),
        ("/users/41", False),
        (f"/builds/{SENT}", False),
        ("/builds/7f30116a-0000-42de-8ef0-dd270b92b597", False),
        ("/builds", False),
    ],
)
def test_reads(written: Written, request_of: Requests, target: str, is_read: bool) -> None:
    """A token means the same everywhere, a number where it was minted; what the client had sent was not minted."""
    assert written.read_by(request_of(target=target)) == (("POST /builds",) if is_read else ())


def test_what_nobody_asked_for(request_of: Requests, answer_of: Answers) -> None:
    """Routes that are not watched, and writes that were refused, leave nothing."""
    written = Written(contract=None)
    written.note(ROUTE, request_of(method="POST", target="/builds"), answer_of(BODY))
    watched = Written(contract=None, is_watched=lambda _: True)
    watched.note(ROUTE, request_of(method="POST", target="/builds"), answer_of(BODY, status=409))
    for found in (written, watched):
        assert found.read_by(request_of(target=f"/builds/{MINTED}")) == ()


def test_it_is_bounded(request_of: Requests, answer_of: Answers) -> None:
    """The newest are kept, and of one answer no more than a hundred."""
    written = Written(contract=None, is_watched=lambda _: True)
    for batch in range(120):
        ids = ", ".join(f'{{"id": "b-{batch:04}x{number:04}"}}' for number in range(150))
        written.note(ROUTE, request_of(method="POST", target="/builds"), answer_of(f"[{ids}]".encode()))
    assert len(written._routes) == 10_000
    assert written.read_by(request_of(target="/builds/b-0119x0001")) == ("POST /builds",)
    assert written.read_by(request_of(target="/builds/b-0001x0001")) == ()


async def test_a_read_through_both_sides(
    request_of: Requests, answer_of: Answers, frame_of: Any, bench_of: Callable[..., Any]
) -> None:
    """A comparison of a later read says of which route it read a write, whoever serves it; a write says nothing."""
    bench = bench_of(answer_of(), legacy=answer_of(), shared=True, reads_of=lambda _: True)
    write = request_of("w", method="POST", target="/builds")
    frame = UnmirroredFrame(route=ROUTE, request=write, answer=answer_of(BODY), served=Served.CANDIDATE)
    bench.collector.on_unmirrored(frame)
    for request_id, served in (("1", Served.LEGACY), ("2", Served.CANDIDATE)):
        bench.collector.on_request(frame_of(request_id, served=served, target=f"/builds/{MINTED}"))
        bench.legacy(request_id, answer_of())
    assert await bench.finish() == ["same", "same"]
    assert [judged.cross_reads for judged in bench.seen] == [("POST /builds",)] * 2
