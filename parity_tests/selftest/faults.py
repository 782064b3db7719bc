"""Copies of a candidate's answers in each of which one thing is wrong. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff.paths import Place, looks_like_value
from crossfade.shadow.exchange import Answer, Protocol, Request, header_values
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.judging.proofs.answers import CallBody, HttpBody, body_of, with_other_status
from crossfade.shadow.judging.proofs.mutations import (
    Steps,
    fields,
    leaves,
    lists,
    objects,
    with_field_in,
    with_other_leaf_at,
    with_swap_in,
    without_field_at,
)

MAX_BYTES = 262_144
"""A longer answer is not taken apart."""
_TRIES = 2
"""So many calls of a route have the same fault at the same place."""
_MOST = 400
"""So many faults are put into the answers of a route."""
_READ_BY = ("content-type", "content-encoding", "grpc-encoding")


class Fault(StrEnum):
    """What is wrong with an answer."""

    VALUE = "value"  # a leaf has another value
    MISSING = "missing"  # a field is not there
    ADDED = "added"  # a field more
    STATUS = "status"  # another status
    SWAPPED = "swapped"  # two elements of a list have changed places
    RECORD = "record"  # the body of another answer on the route


_AT_PLACES: dict[Fault, tuple[Callable[[Value], list[Steps]], Callable[[Value, Steps], Value]]] = {
    Fault.VALUE: (leaves, with_other_leaf_at),
    Fault.MISSING: (fields, without_field_at),
    Fault.ADDED: (objects, with_field_in),
    Fault.SWAPPED: (lists, with_swap_in),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """An answer with a fault; ``place`` is where, with ``*`` for the indexes of elements."""

    fault: Fault
    place: str
    view: AnswerView


class FaultMaker:
    """Makes the faults of one route: each place has its turn, and the same one is not tried again and again."""

    def __init__(self, contract: Contract | None) -> None:
        self._contract = contract
        self._made: Counter[tuple[Fault, str]] = Counter()
        self._others: list[Answer] = []

    def faulty(self, request: Request, answer: AnswerView) -> Iterator[Faulty]:
        """The faulty answers to one call, of what there was no room for yet."""
        for faulty in self._all(request, answer):
            key = faulty.fault, faulty.place
            if self._made[key] < _TRIES and self._made.total() < _MOST:
                self._made[key] += 1
                yield faulty

    def _all(self, request: Request, answer: AnswerView) -> Iterator[Faulty]:
        body = body_of(request, answer, self._contract, MAX_BYTES)
        value = None if body is None else body.value()
        if body is not None and value is not None:
            yield from self._at_places(body, value)
            yield from self._of_others(answer.answer)
        if (status := with_other_status(answer, is_call=request.protocol is Protocol.GRPC)) is not None:
            yield Faulty(fault=Fault.STATUS, place="status", view=status)

    def _at_places(self, body: HttpBody | CallBody, value: Value) -> Iterator[Faulty]:
        for fault, (places, changed) in _AT_PLACES.items():
            for steps in places(value):
                place = _in_call(steps) if isinstance(body, CallBody) else _in_body(steps)
                if self._made[fault, place] < _TRIES:
                    yield Faulty(fault=fault, place=place, view=body.with_value(changed(value, steps)))

    def _of_others(self, answer: Answer) -> Iterator[Faulty]:
        """The bodies of the first few answers that hold something else, read as this one is."""
        for other in self._others:
            if other.body != answer.body and _read_as(other) == _read_as(answer):
                yield Faulty(fault=Fault.RECORD, place="body", view=AnswerView(replace(answer, body=other.body)))
        if len(self._others) < _TRIES and all(other.body != answer.body for other in self._others):
            self._others.append(answer)


def _in_body(steps: Steps) -> str:
    place = Place.at("body")
    for step in steps:
        place = place.element(step) if isinstance(step, int) else place.key(step)
    return place.template


def _in_call(steps: Steps) -> str:
    """The first step is the number of the message."""
    place = Place.at("message")
    for step in steps[1:]:
        if isinstance(step, int):
            place = place.item(step)
        else:
            place = place.entry(step) if looks_like_value(step) else place.field(step)
    return place.template


def _read_as(answer: Answer) -> tuple[object, ...]:
    return (answer.status, *(header_values(answer.headers, name) for name in _READ_BY))
