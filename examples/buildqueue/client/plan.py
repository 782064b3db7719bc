"""Which requests are sent, in which order."""

from http_steps import http_steps
from rpc_steps import rpc_steps


def make(rng, count):
    """All steps, mixed; about ``count`` distinct requests for each route."""
    steps = [*rpc_steps(rng, count), *http_steps(rng, count)]
    rng.shuffle(steps)
    return steps
