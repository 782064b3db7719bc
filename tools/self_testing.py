"""The self-test of a replay: what it would find of faults, beside what it found."""

import datetime
from typing import Any

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.parity_tests.selftest.tester import SelfTest, SelfTestResult, noise_of
from crossfade.parity_tests.selftest.told import self_test_lines, self_test_record
from crossfade.shadow.config import Config
from crossfade.shadow.runs.setup import accept_rules, evidence_store, read_contract, rules_of, secrecy_of
from crossfade.tools.replay_run import with_contract


class SelfTesting:
    """Takes the sessions of a replay as they are played; ``ended`` gives what is told of it."""

    def __init__(self, config: Config, corpus: CorpusFolder) -> None:
        """Raises: ShadowError: the contract can't be read."""
        self._config = with_contract(config, corpus)
        contract = read_contract(self._config)
        self._test = SelfTest(contract, rules_of(self._config, secrecy_of(self._config, contract).shows))

    def add(self, session: PlayedSession) -> None:
        """Puts faults into copies of its answers."""
        self._test.add(session)

    def ended(self, run_id: str, now: float) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Lines for a person and an object for a program; what is noise is known from the run, which has ended."""
        result = self._result(run_id, datetime.datetime.fromtimestamp(now, datetime.UTC).date())
        return self_test_lines(result), self_test_record(result)

    def _result(self, run_id: str, today: datetime.date) -> SelfTestResult:
        accepted = accept_rules(self._config)
        evidence = evidence_store(self._config).read(run_id, examples=False)
        return self._test.result(accepted, today, noise_of(evidence, accepted, today))
