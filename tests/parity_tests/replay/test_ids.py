"""Sessions in which both services make ids of their own: sequential here, UUIDs there."""

import uuid
from itertools import count
from typing import Any

import pytest

from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.player import play_sessions
from crossfade.shadow.bindings.edges import NO_EDGES, Edge, Edges, edges_among, read_place

NOTE = Edge(
    kind="note",
    consumer=read_place("GET /notes/* path/notes/*"),
    producers=(read_place("POST /notes body/id"), read_place("GET /notes body/notes/*/id")),
    forms=("number", "uuid"),
    seeded=False,
)
DECLARED = edges_among((NOTE,))


def uuids() -> Any:
    """A random id each time, the same ones in each run."""
    numbers = count(1)
    return lambda: str(uuid.uuid5(uuid.NAMESPACE_URL, f"note {next(numbers)}"))


@pytest.fixture
def played(serve: Any, numbered: Any, config_of: Any, life_of: Any) -> Any:
    """The differences of each call of three sessions, whose ids were recorded as others than legacy makes now."""

    async def play(port: Any, edges: Edges) -> list[tuple[str, ...]]:
        recorded = type(numbered())(count(41).__next__)
        sessions = [life_of(f"s-{at}", recorded, source="r", start_s=10.0 * at) for at in range(3)]
        async with open_pair(config_of(serve(numbered()), serve(port)), None, edges=edges) as pair:
            done = await play_sessions(pair, sessions, at_once=1)
        assert all(each.compared for session in done for each in session.played)
        return [
            tuple(f"{item.template} {item.kind}" for item in each.signature)
            for session in done
            for each in session.played
        ]

    return play


async def test_another_form_of_ids_that_is_declared(played: Any, numbered: Any) -> None:
    """Create, list, get, update and delete: nothing differs."""
    assert await played(type(numbered())(uuids()), DECLARED) == [()] * 21


async def test_another_form_of_ids_that_is_not_declared(played: Any, numbered: Any) -> None:
    """It is a difference wherever an id is shown, in a list too, and nothing else is: each service gets its own."""
    found = {text for texts in await played(type(numbered())(uuids()), NO_EDGES) for text in texts}
    assert "body/id type" in found
    assert {text.split()[0] for text in found} <= {"body/id", "body/notes/*", "body/notes/*/id"}


@pytest.mark.parametrize("edges", [DECLARED, NO_EDGES])
async def test_the_record_of_another(played: Any, numbered: Any, renumbered: Any, edges: Edges) -> None:
    """It is seen though its id is a good one, whether both use numbers or not."""
    port = type(numbered())(uuids(), "another") if edges else renumbered("another")
    found = await played(port, edges)
    assert "body/id value" in {text for at, texts in enumerate(found) if at % 7 == 3 for text in texts}


@pytest.mark.parametrize("edges", [DECLARED, NO_EDGES])
async def test_the_same_id_twice(serve: Any, numbered: Any, config_of: Any, life_of: Any, edges: Edges) -> None:
    """The second answer says that it is one id for two things."""
    same = str(uuid.UUID(int=7)) if edges else 501
    sides = serve(numbered()), serve(type(numbered())(lambda: same))
    recorded = life_of("s-1", type(numbered())(count(41).__next__))
    async with open_pair(config_of(*sides), None, edges=edges) as pair:
        (done,) = await play_sessions(pair, [recorded], at_once=1)
    second = done.played[1]
    assert "body/id" in {item.template for item in second.signature}
    assert f"{same} (one id for two things: legacy's 1 and 2)".encode() in second.comparison.candidate.body
