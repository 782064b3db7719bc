"""What was shrunk, in lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.parity_tests.shrink.shrinking import Shrunk

SCHEMA_VERSION = 1


def shrunk_lines(shrunk: Shrunk, calls: int) -> Iterator[str]:
    """What failed, and what is left of so many calls; then each request that is left."""
    target = shrunk.target
    yield f"{target.id}  {target.route}  {_place(shrunk)}: {shrunk.verdict.value}"
    left = f"{len(shrunk.session.calls)} of {calls} calls left"
    ended = "" if shrunk.minimal or not shrunk.reproduced else "; not minimal: budget"
    yield f"  {left}, after {shrunk.replays} replays with {shrunk.calls} calls{ended}"
    for call in shrunk.session.calls:
        request = call.request
        yield f"  {request.method} {request.target}, {len(request.headers)} header fields, {len(request.body)} bytes"


def shrunk_record(shrunk: Shrunk, calls: int) -> dict[str, Any]:
    """The same for a program."""
    fingerprint = shrunk.target.fingerprint
    return {
        "schema_version": SCHEMA_VERSION,
        "cluster": shrunk.target.id,
        "route": shrunk.target.route,
        "path": fingerprint.template,
        "kind": fingerprint.kind,
        "cause": fingerprint.cause,
        "verdict": shrunk.verdict.value,
        "minimal": shrunk.minimal,
        "session": shrunk.session.id,
        "calls_before": calls,
        "calls": len(shrunk.session.calls),
        "replays": shrunk.replays,
        "calls_sent": shrunk.calls,
    }


def _place(shrunk: Shrunk) -> str:
    item = shrunk.target.fingerprint
    return " ".join(filter(None, (item.template, item.kind, item.transition, item.cause and f"({item.cause})")))
