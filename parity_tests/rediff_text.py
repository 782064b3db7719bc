"""What a rediff found, as lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.parity_tests.rediff import Change, ClusterChange, Rediff
from crossfade.reports.figures import count
from crossfade.reports.visible import visible

SCHEMA_VERSION = 1
_WORDS = {
    Change.SAME: "the same",
    Change.NEWLY_MATCHED: "newly matched",
    Change.NEWLY_DIVERGED: "newly diverged",
    Change.OTHER_FINDINGS: "diverged as before, with other findings",
    Change.NEWLY_UNCOMPARABLE: "newly uncomparable",
    Change.NOT_JUDGED: "not judged again: the recording does not show what was found",
}


def rediff_lines(found: Rediff) -> tuple[str, ...]:
    """Lines for a terminal: what is in the recording, what changed, and in which clusters."""
    run = found.header.run
    parts = " + ".join(f"{count(number)} {_WORDS[change]}" for change, number in found.changes.items() if number)
    lines = [
        f"run {run.run_id}, {run.legacy_build} against {run.candidate_build}, judged again",
        f"{count(found.recorded)} recorded = {parts or 'nothing'}",
        *_about(found),
        *(_cluster(item) for item in found.clusters if item.before != item.after),
    ]
    return tuple(map(visible, lines))


def rediff_record(found: Rediff) -> dict[str, Any]:
    """The same for a program, without the report."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": found.header.run.run_id,
        "sample_pct": found.header.sample_pct,
        "complete": found.end is not None,
        "left_out": None if found.end is None else found.end.left_out,
        "recorded": found.recorded,
        "changes": {change.value: number for change, number in found.changes.items()},
        "clusters": [
            {
                "id": item.fingerprint.cluster_id(item.route),
                "route": item.route,
                "path": item.fingerprint.template,
                "kind": item.fingerprint.kind,
                "cause": item.fingerprint.cause,
                "transition": item.fingerprint.transition,
                "before": item.before,
                "after": item.after,
            }
            for item in found.clusters
        ],
    }


def _about(found: Rediff) -> Iterator[str]:
    before, after = found.header.run, found.evidence.info
    if found.header.sample_pct < 100:  # noqa: PLR2004 - a share
        share = f"{found.header.sample_pct:g} %"
        yield f"a sample of {share}, and beyond it up to 100 of each result: no share of it is one of the traffic"
    if found.end is None:
        yield "the recording was cut off: what came last is missing"
    elif found.end.left_out:
        yield f"{count(found.end.left_out)} more were chosen and not recorded; see the log of the run"
    if before.contract_digest != after.contract_digest:
        yield f"another contract: {after.contract_digest or 'none'}, recorded under {before.contract_digest or 'none'}"
    if before.rules_digest != after.rules_digest:
        yield f"other rules: {after.rules_digest}, recorded under {before.rules_digest}"


def _cluster(item: ClusterChange) -> str:
    of = item.fingerprint
    parts = (item.route, of.template, " ".join(filter(None, (of.kind, of.cause))), of.transition)
    return "  ".join(("", f"{count(item.before)} -> {count(item.after)}", *filter(None, parts)))
