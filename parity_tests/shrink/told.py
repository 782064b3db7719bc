"""What was shrunk, in lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.request_line import LINE_WIDTH, request_line
from crossfade.parity_tests.shrink.shrinking import Shrunk

SCHEMA_VERSION = 1


def shrunk_lines(shrunk: Shrunk, calls: int, contract: Contract | None = None) -> Iterator[str]:
    """What failed, and what is left of so many calls; then each request that is left, and what differs."""
    target = shrunk.target
    yield f"{target.id}  {target.route}  {_place(shrunk)}: {shrunk.verdict.value}"
    left = f"{len(shrunk.session.calls)} of {calls} calls left"
    ended = "" if shrunk.minimal or not shrunk.reproduced else "; not minimal: budget"
    yield f"  {left}, after {shrunk.replays} replays with {shrunk.calls} calls{ended}"
    yield from (f"  > {request_line(call, contract)}" for call in shrunk.session.calls)
    if shrunk.example is not None:
        yield f"  legacy    {shrunk.example.legacy[:LINE_WIDTH]}"
        yield f"  candidate {shrunk.example.candidate[:LINE_WIDTH]}"


def shrunk_record(shrunk: Shrunk, calls: int, contract: Contract | None = None) -> dict[str, Any]:
    """The same for a program."""
    fingerprint, example = shrunk.target.fingerprint, shrunk.example
    return {
        "schema_version": SCHEMA_VERSION,
        "cluster": shrunk.target.id,
        "route": shrunk.target.route,
        "path": fingerprint.template,
        "kind": fingerprint.kind,
        "cause": fingerprint.cause,
        "verdict": shrunk.verdict.value,
        "minimal": shrunk.minimal,
        "transition": fingerprint.transition,
        "legacy": None if example is None else example.legacy,
        "candidate": None if example is None else example.candidate,
        "session": shrunk.session.id,
        "requests": [request_line(call, contract) for call in shrunk.session.calls],
        "calls_before": calls,
        "calls": len(shrunk.session.calls),
        "replays": shrunk.replays,
        "calls_sent": shrunk.calls,
    }


def _place(shrunk: Shrunk) -> str:
    item = shrunk.target.fingerprint
    return " ".join(filter(None, (item.template, item.kind, item.transition, item.cause and f"({item.cause})")))
