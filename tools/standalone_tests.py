"""Writes a corpus as tests that run without crossfade."""

import datetime
from collections import defaultdict
from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.project import Exported, Framework, export_tests
from crossfade.parity_tests.standalone.session_record import LeftOutOf
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.runs.setup import accept_rules, secrecy_of
from crossfade.tools.evidence_view import report_of


def write_tests(
    config: Config, corpus: CorpusFolder, framework: Framework, output: Path, today: datetime.date
) -> Exported:
    """The tests in a new folder; what the newest run shows as noise is not checked. Raises: ShadowError."""
    return export_tests(corpus, framework, output, _left_out(config, corpus, today))


def export_lines(exported: Exported, output: Path) -> list[str]:
    """What a person reads."""
    lines = [f"{output}: {exported.sessions} sessions with {exported.calls} calls"]
    return [*lines, *(f"left out: {line}" for line in exported.left_out)]


def _left_out(config: Config, corpus: CorpusFolder, today: datetime.date) -> LeftOutOf:
    rules = [(rule.route, rule.path) for rule in config.compare.ignore]
    rules += [(rule.route, rule.path) for rule in accept_rules(config) if not rule.has_expired(today)]
    noise = _noise(config)
    is_secret = secrecy_of(config, corpus.contract()).is_secret

    def of(route: RouteInfo) -> LeftOut:
        ruled = [path for pattern, path in rules if glob_matches(pattern, route.route, route.listener)]
        return LeftOut(paths=(*ruled, *noise[route.route], *noise[route.key]), is_secret=is_secret)

    return of


def _noise(config: Config) -> defaultdict[str, list[str]]:
    """The noisy places of each route in the newest run; none where there is no run."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    try:
        report = report_of(config, None, examples=False, repro=False)
    except EvidenceError:
        return found
    for cluster in report.clusters:
        if cluster.status == "noise":
            found[cluster.route].append(cluster.path)
    return found
