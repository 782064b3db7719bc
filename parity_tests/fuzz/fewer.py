"""Makes a sequence smaller whose last call shows something: without calls in front, without values. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.trees import Fields
from crossfade.parity_tests.shrink.subsets import Items, Reduction, fewest, mapped

Steps = tuple[Step, ...]


def fewer(steps: Steps) -> Reduction[Steps]:
    """The sequence without all calls but the last, then without all values, that can go one by one.

    Values themselves stay as they are: they were drawn as small ones.
    """
    steps = yield from _fewest_calls(steps)
    for index in reversed(range(len(steps))):
        steps = yield from _fewest_inputs(steps, index)
    return steps


def _fewest_calls(steps: Steps) -> Reduction[Steps]:
    *front, last = steps

    def made(kept: Items) -> Steps:
        return (*(front[index] for index in kept), last)

    return made((yield from mapped(fewest(tuple(range(len(front)))), made)))


def _fewest_inputs(steps: Steps, index: int) -> Reduction[Steps]:
    """Of one call: fields of its messages; messages that are left without any stay, for they are sent."""
    step = steps[index]
    places = tuple(_places(step))

    def made(kept: Items) -> Steps:
        inputs = tuple(_only(fields, number, [places[at] for at in kept]) for number, fields in enumerate(step.inputs))
        return (*steps[:index], replace(step, inputs=inputs), *steps[index + 1 :])

    return made((yield from mapped(fewest(tuple(range(len(places)))), made)))


_Place = tuple[int, tuple[str, ...]]
"""The number of a message, and the names on the way to a value."""


def _places(step: Step) -> Iterator[_Place]:
    for number, fields in enumerate(step.inputs):
        yield from ((number, names) for names in _names(fields))


def _names(fields: Fields) -> Iterator[tuple[str, ...]]:
    for name, value in fields.items:
        if isinstance(value, Fields) and value.items:
            yield from ((name, *inner) for inner in _names(value))
        else:
            yield (name,)


def _only(fields: Fields, number: int, kept: list[_Place], before: tuple[str, ...] = ()) -> Fields:
    """The fields of a message that are on the way to a value that stays."""
    items = []
    for name, value in fields.items:
        way = (*before, name)
        if any(at == number and names[: len(way)] == way for at, names in kept):
            is_inner = isinstance(value, Fields) and value.items
            items.append((name, _only(value, number, kept, way) if is_inner else value))  # type: ignore[arg-type]
    return Fields(tuple(items))
