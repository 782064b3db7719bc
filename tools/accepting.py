"""Findings and clusters accepted by rules in crossfade.toml, and opened again: what both commands share."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossfade.reports.accepting import Accepted, AcceptingError, acceptable, also_accepted, named, rules_for
from crossfade.reports.report import Cluster, Report
from crossfade.shadow.config import AcceptSettings, load_config, parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.accept_file import read_text, with_entries, without_entries, write_text
from crossfade.tools.evidence_view import report_of

_IS_ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What became of it: rules that were written or taken out, and clusters that are of another status now."""

    rules: tuple[Accepted, ...]
    changed: tuple[Cluster, ...]


def accept(
    config_path: Path, run_id: str | None, ids: Sequence[str], *, reason: str, expires: datetime.date | None
) -> Triage:
    """Writes the rules that accept these findings and clusters of a run, and nothing else of it.

    Raises: ShadowError: an id that the run lacks, what can't be accepted, a rule that would accept more, no such file.
    """
    before = report_of(load_config(config_path), run_id, repro=False)
    clusters = _found(ids, lambda: acceptable(named(before, ids)))
    rules = rules_for(clusters, before)
    if more := also_accepted(rules, clusters, before):
        told = ", ".join(f"{cluster.id} ({cluster.route} {cluster.path})" for cluster in more)
        raise ShadowError(
            f"{ids[0]}: expected a rule for it alone, got one whose path or kind is a glob that matches {told} too; "
            "name them as well, or write the rule by hand"
        )
    changed = _rewritten(config_path, before, with_entries(read_text(config_path), rules, reason, expires))
    return Triage(rules=rules, changed=changed)


def unaccept(config_path: Path, run_id: str | None, ids: Sequence[str], written: Accepted | None) -> Triage:
    """Takes out the rules that match these findings and clusters of a run, or that are ``written`` so.

    Raises: ShadowError: no rule does, an id that the run lacks, no such file.
    """
    config = load_config(config_path)
    before = report_of(config, run_id, repro=False)
    clusters = _found(ids, lambda: named(before, ids))
    rules = tuple(map(_rule, config.accept))
    at = {place for place, rule in enumerate(rules) if any(map(rule.matches, clusters)) or _is_so(rule, written)}
    if not at:
        what = " ".join(ids) or "these globs"
        raise ShadowError(f"{what}: expected an [[accept]] entry that matches, got none in {config_path}")
    changed = _rewritten(config_path, before, without_entries(read_text(config_path), at))
    return Triage(rules=tuple(rules[place] for place in sorted(at)), changed=changed)


def _rewritten(config_path: Path, before: Report, text: str) -> tuple[Cluster, ...]:
    """Writes the config after a look at what it makes of the run; the clusters whose status it changes."""
    after = report_of(parse_config(text, config_path), before.run_id, repro=False)
    write_text(config_path, text)
    old = {cluster.id: cluster.status == _IS_ACCEPTED for cluster in before.clusters}
    return tuple(one for one in after.clusters if (one.status == _IS_ACCEPTED) != old.get(one.id, False))


def _found(ids: Sequence[str], find: Callable[[], tuple[Cluster, ...]]) -> tuple[Cluster, ...]:
    try:
        return find()
    except AcceptingError as error:
        raise ShadowError(f"{' '.join(ids)}: {error}") from None


def _rule(rule: AcceptSettings) -> Accepted:
    transition = None if rule.transition == "*" else rule.transition
    return Accepted(route=rule.route, path=rule.path, kind=rule.kind, transition=transition)


def _is_so(rule: Accepted, written: Accepted | None) -> bool:
    """Whether each glob that was given is that of the rule; what was not given is ""."""
    if written is None:
        return False
    pairs = ((written.route, rule.route), (written.path, rule.path), (written.kind, rule.kind))
    return all(given in {"", text} for given, text in pairs)
