"""Plays on real services over loopback."""

from typing import Any

from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.stage import Stage
from crossfade.parity_tests.fuzz.trees import Fields, Ref
from crossfade.parity_tests.replay.pair import Pair

LIST, GET, MAKE = "web GET /notes", "web GET /notes/{id}", "web POST /notes"
STEPS = (
    Step(LIST, (Fields(),)),
    Step(GET, (Fields((("path", Fields((("id", Ref(LIST, ("not", "id"), 1)),))),)),)),
)
MADE = Step(MAKE, (Fields((("form", Fields((("title", "x"),))),)),))


def test_a_value_of_an_earlier_answer_is_sent(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """And what differs in the last call is found, without its transition."""

    async def play(pair: Pair) -> Any:
        stage = Stage(pair, operations, clock=lambda: 5.0)
        played = await stage.play(STEPS)
        return played[-1].call.request.target, played[-1].call.reply, await stage.show(STEPS), stage

    target, reply, found, stage = with_pair(play, notes(bug="size"))
    assert target == "/notes/n2"
    assert reply.status == 200
    assert [(item.route, item.fingerprint.template) for item in found] == [(GET, "body/size")]
    assert stage.tallies[GET].compared == stage.tallies[GET].sent == 3  # what is new is asked once more


def test_a_read_in_front_is_not_sent_again(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """Until something was written, and the run looks again."""

    async def play(pair: Pair) -> list[int]:
        stage = Stage(pair, operations)
        sent = []
        for before in ((), (), (MADE,)):
            for step in before:
                await stage.show((step,))
            stage.forget_answers()
            await stage.show(STEPS)
            sent.append(stage.tallies[LIST].sent)
        return sent

    assert with_pair(play, notes()) == [1, 1, 2]


def test_what_a_call_in_front_shows_is_kept(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """With the calls up to it, the fewest that were seen."""

    async def play(pair: Pair) -> Any:
        stage = Stage(pair, operations)
        await stage.show((MADE, *STEPS, MADE))
        longer = dict(stage.in_front)
        await stage.show((*STEPS, MADE))
        return longer, stage.in_front

    longer, kept = with_pair(play, notes(bug="size"))
    assert [(item.route, item.fingerprint.template) for item in longer] == [(GET, "body/size")]
    assert [*longer.values()] == [(MADE, *STEPS)]
    assert [*kept.values()] == [STEPS]


def test_ids_that_each_side_mints(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """Each gets its own, and nothing differs."""
    get = Step(GET, (Fields((("path", Fields((("id", Ref(MAKE, ("not", "id"), 0)),))),)),))

    async def play(pair: Pair) -> Any:
        return await Stage(pair, operations).play((MADE, get))

    played = with_pair(play, notes(first=501), notes(), notes(first=901))
    assert [item.signature for item in played] == [(), ()]


def test_noise_is_no_divergence(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """Where legacy differs from itself nothing is found, with a second instance and without."""

    async def play(pair: Pair) -> Any:
        return await Stage(pair, operations).show(STEPS)

    assert with_pair(play, notes(ticks=True), notes(ticks=True)) == frozenset()


def test_what_is_accepted(notes: Any, with_pair: Any, operations: tuple[Operation, ...]) -> None:
    """Is kept apart."""

    async def play(pair: Pair) -> Any:
        stage = Stage(
            pair, operations, lambda route, item: (route.route, item.template) == ("GET /notes/{id}", "body/size")
        )
        return await stage.show(STEPS), stage.accepted

    found, accepted = with_pair(play, notes(bug="size"))
    assert found == frozenset()
    assert [item.fingerprint.template for item in accepted] == ["body/size"]
