"""Sequences of calls: drawn as a few steps, written out so that each reference has its producer before it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossfade.parity_tests.fuzz.trees import Fields, count_set, refs


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operation, by its key; ``inputs`` has more than one entry where messages are streamed."""

    operation: str
    inputs: tuple[Fields, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps as they were drawn; the producers that their references need are not among them."""

    steps: tuple[Step, ...]


Chains = Mapping[str, tuple[Step, ...]]
"""By the key of an operation the calls that end with one of it, as they are known to give something."""


def written_out(plan: Plan, chains: Chains) -> tuple[Step, ...]:
    """All calls of a plan in their order: in front of a step what its references need and nobody called before."""
    done: list[Step] = []
    for step in plan.steps:
        for producer in _producers(step):
            if all(before.operation != producer for before in done):
                done += [link for link in chains.get(producer, ()) if link not in done]
        done.append(step)
    return tuple(done)


def fields_set(steps: Iterable[Step]) -> int:
    """How many values the requests of these steps set."""
    return sum(count_set(fields) for step in steps for fields in step.inputs)


def _producers(step: Step) -> Iterator[str]:
    for fields in step.inputs:
        for ref in refs(fields):
            yield ref.producer
