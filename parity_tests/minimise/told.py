"""What was kept of a corpus, and why: as lines for a person and as an object for a program. Pure."""

from collections.abc import Iterator
from typing import Any

from crossfade.parity_tests.features.records import Feature
from crossfade.parity_tests.minimise.choosing import Kept, Selection, Why

SCHEMA_VERSION = 1


def selection_lines(selection: Selection) -> Iterator[str]:
    """A line of totals, then one for each session that is kept."""
    yield (
        f"kept {selection.kept_calls} of {selection.calls} calls ({selection.kept_pct:.2f} %) in {len(selection.kept)} "
        f"of {selection.sessions} sessions"
    )
    yield f"they show {_of(selection.kept_features, selection.features)} features and {_pairs(selection)} of features"
    if selection.cut:
        yield f"{selection.cut} calls have more features than are paired: of those, the rarest are"
    for item in selection.kept:
        yield f"  {item.session_id}  {item.calls} of {item.of} calls  {_reason(item)}"


def selection_record(selection: Selection) -> dict[str, Any]:
    """The same, with the features of each example."""
    return {
        "schema_version": SCHEMA_VERSION,
        "sessions": selection.sessions,
        "calls": selection.calls,
        "kept_calls": selection.kept_calls,
        "features": selection.features,
        "pairs": selection.pairs,
        "kept_features": selection.kept_features,
        "kept_pairs": selection.kept_pairs,
        "calls_not_paired_in_full": selection.cut,
        "kept": [
            {
                "session": item.session_id,
                "calls": item.calls,
                "of": item.of,
                "why": item.why.value,
                "new": item.new,
                "example": [_record(feature) for feature in item.example],
            }
            for item in selection.kept
        ],
    }


def _of(kept: int, there: int) -> str:
    return f"all {there}" if kept == there else f"{kept} of {there}"


def _pairs(selection: Selection) -> str:
    if selection.kept_pairs == selection.pairs:
        return f"{selection.pairs} pairs"
    return f"{selection.kept_pairs} of {selection.pairs} pairs"


def _reason(item: Kept) -> str:
    if item.why is not Why.SHOWS or not item.example:
        return item.why.value
    return f"{item.new} new, such as {' with '.join(map(_named, item.example))}"


def _named(feature: Feature) -> str:
    return f"{feature.route} {feature.direction} {feature.path} {feature.value_class}"


def _record(feature: Feature) -> dict[str, str]:
    return {
        "route": feature.route,
        "direction": feature.direction.value,
        "path": feature.path,
        "class": feature.value_class,
    }
