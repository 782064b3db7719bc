"""A run of fuzzing as lines for a person, and as a record for a program. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.request_line import LINE_WIDTH, request_line
from crossfade.parity_tests.fuzz.result import Case, Fuzzed
from crossfade.parity_tests.fuzz.stage import Tally

SCHEMA_VERSION = 1

Hide = Callable[[str], str]
"""Gives a text without what must not be told."""


def fuzzed_lines(fuzzed: Fuzzed, contract: Contract | None, hide: Hide = str) -> Iterator[str]:
    """What was found, then what may be noise, then how much was compared, and what was not."""
    for case in fuzzed.steady:
        yield from _case_lines(case, contract, hide)
        yield ""
    if fuzzed.flaky:
        yield "Not seen each time, so noise, or of a state that only this run had:"
        for case in fuzzed.flaky:
            again = "" if case.after_reset is None else f", {'' if case.after_reset else 'not '}after a reset"
            yield f"  {_head(case)}, {case.shown} of {case.played} times{again}"
        yield ""
    yield from (f"accepted: {item.route} {item.fingerprint.template}" for item in fuzzed.accepted)
    yield from (f"not compared: {line}" for line in _missed(fuzzed))
    yield from (
        f"refused by legacy: all {tally.compared} calls of {route}"
        for route, tally in fuzzed.tallies.items()
        if tally.compared and not tally.done
    )
    seen = f"{fuzzed.tried} sequences, {fuzzed.sent} calls, {fuzzed.compared} compared"
    how = f"{fuzzed.seconds:.0f} s, seed {fuzzed.seed}, ended: {fuzzed.ended}"
    yield f"{len(fuzzed.steady)} divergences in {seen} ({how})"


def fuzzed_record(fuzzed: Fuzzed, contract: Contract | None, hide: Hide = str) -> dict[str, Any]:
    """All of it, as JSON has it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "seed": fuzzed.seed,
        "ended": fuzzed.ended,
        "tried": fuzzed.tried,
        "sent": fuzzed.sent,
        "compared": fuzzed.compared,
        "seconds": round(fuzzed.seconds, 1),
        "cases": [_case_record(case, contract, hide) for case in fuzzed.cases],
        "routes": [{"route": route, **_tally_record(tally)} for route, tally in fuzzed.tallies.items()],
        "accepted": [{"route": item.route, "template": item.fingerprint.template} for item in fuzzed.accepted],
        "nowhere": list(fuzzed.nowhere),
        "left_out": dict(fuzzed.left_out),
    }


def _case_lines(case: Case, contract: Contract | None, hide: Hide) -> Iterator[str]:
    yield ", ".join(filter(None, (_head(case), case.why_not_minimal)))
    for call in case.session.calls:
        yield f"  > {request_line(call, contract, hide)}"
    yield f"  legacy    {hide(case.legacy)[:LINE_WIDTH]}"
    yield f"  candidate {hide(case.candidate)[:LINE_WIDTH]}"
    if case.java_fix:
        yield f"  fix       {case.java_fix}"


def _head(case: Case) -> str:
    fingerprint = case.found.fingerprint
    cause = f", {fingerprint.cause}" if fingerprint.cause else ""
    return f"{case.id}  {case.found.route}  {case.path} ({fingerprint.kind}{cause})"


def _missed(fuzzed: Fuzzed) -> Iterator[str]:
    """Routes of which nothing can be said, or not all."""
    yield from (f"{name}: no listener serves it" for name in fuzzed.nowhere)
    yield from (f"{route}: given up, {reason}" for route, reason in fuzzed.left_out.items())
    for route, tally in fuzzed.tallies.items():
        if tally.why and not tally.compared:
            yield f"{route}: {', '.join(f'{count} {reason}' for reason, count in tally.why.items())}"
        elif not tally.sent:
            yield f"{route}: never called"


def _case_record(case: Case, contract: Contract | None, hide: Hide) -> dict[str, Any]:
    fingerprint = case.found.fingerprint
    return {
        "id": case.id,
        "route": case.found.route,
        "path": case.path,
        "template": fingerprint.template,
        "kind": fingerprint.kind,
        "cause": fingerprint.cause,
        "steady": case.is_steady,
        "shown": case.shown,
        "played": case.played,
        "after_reset": case.after_reset,
        "minimal": case.minimal,
        "why_not_minimal": case.why_not_minimal,
        "fields": case.fields,
        "calls": [request_line(call, contract, hide) for call in case.session.calls],
        "legacy": hide(case.legacy),
        "candidate": hide(case.candidate),
        "java_fix": case.java_fix,
    }


def _tally_record(tally: Tally) -> dict[str, Any]:
    return {"sent": tally.sent, "compared": tally.compared, "done": tally.done, "not_compared": dict(tally.why or {})}
