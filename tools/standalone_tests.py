"""Writes a corpus as tests that run without crossfade."""

import datetime
import secrets
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.standalone.hidden import redacted_by
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.project import Exported, Framework, export_tests
from crossfade.parity_tests.standalone.session_record import Setting
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import EvidenceError, Redactor
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.runs.setup import accept_rules, read_contract
from crossfade.tools.evidence_view import report_of

_KEY_BYTES = 32


def write_tests(
    config: Config, corpus: CorpusFolder, framework: Framework, output: Path, today: datetime.date
) -> Exported:
    """The tests in a new folder; what the newest run shows as noise is not checked. Raises: ShadowError."""
    contract = corpus.contract() or read_contract(config)
    redactor = Redactor(
        secrets.token_bytes(_KEY_BYTES),
        names=config.redact.names,
        patterns=config.redact.patterns,
        fields=() if contract is None else contract.redacted_fields,
    )
    setting = Setting(
        contract=contract,
        left_out=_left_out(config, today),
        redacted=redacted_by(ComparisonRedactor(redactor, contract)),
    )
    return export_tests(corpus, framework, output, setting)


def export_lines(exported: Exported, output: Path) -> list[str]:
    """What a person reads."""
    return [f"{output}: {exported.sessions} sessions with {exported.calls} calls", *exported.notes]


def _left_out(config: Config, today: datetime.date) -> Callable[[RouteInfo], LeftOut]:
    rules = [(rule.route, rule.path) for rule in config.compare.ignore]
    rules += [(rule.route, rule.path) for rule in accept_rules(config) if not rule.has_expired(today)]
    noise = _noise(config)

    def of(route: RouteInfo) -> LeftOut:
        ruled = [path for pattern, path in rules if glob_matches(pattern, route.route, route.listener)]
        return LeftOut((*ruled, *noise[route.route], *noise[route.key]))

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
