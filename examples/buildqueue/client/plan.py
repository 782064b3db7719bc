"""Which requests are sent, in which order."""

import itertools

from http_steps import http_steps
from rpc_steps import rpc_steps

MIXED_STEPS = 8
ROUTE_STEPS = 4


def make(rng, count):
    """All steps, mixed; about ``count`` distinct requests for each route."""
    steps = [*rpc_steps(rng, count), *http_steps(rng, count)]
    rng.shuffle(steps)
    return steps


def visits(rng, count, *, of_one_route):
    """The same steps in visits of people: each mixes routes, or is about one route and what follows from its answers."""
    steps = make(rng, count)
    if not of_one_route:
        return in_parts(steps, MIXED_STEPS)
    steps.sort(key=route_of)
    found = [part for _, same in itertools.groupby(steps, route_of) for part in in_parts(list(same), ROUTE_STEPS)]
    rng.shuffle(found)
    return found


def route_of(step):
    return step.route


def in_parts(steps, size):
    return [steps[at : at + size] for at in range(0, len(steps), size)]
