"""The sessions of a corpus as tests: ``CORPUS/corpus.json::session-id``."""

import datetime
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.plugin.hooks import SESSION_FILE, config_path
from crossfade.parity_tests.plugin.played_session import SessionFound, find_in_session
from crossfade.parity_tests.plugin.pytest_pair import PytestPair
from crossfade.parity_tests.plugin.running import pair_of
from crossfade.parity_tests.plugin.totals import CALLS, COMPARED, DIFFERENCE, LEFT_OUT, NOISE, TIMES
from crossfade.parity_tests.plugin.wording import (
    difference_texts,
    left_out_text,
    noise_texts,
    repeat_line,
    session_lines,
)
from crossfade.parity_tests.replay.plan import placed
from crossfade.shadow.errors import ShadowError


class SessionFailed(Exception):  # noqa: N818 - no error of a program: the answers differ
    """The lines that a person reads."""


class CorpusFile(pytest.File):
    """A corpus; its sessions are read when they are played."""

    def collect(self) -> list[pytest.Item]:
        """One test for each session, in the order of their ids."""
        try:
            corpus = CorpusFolder(self.path.parent)
            config_path(self.config)
            ids = corpus.session_ids()
            return [SessionItem.from_parent(self, name=session_id, corpus=corpus) for session_id in ids]
        except ParityError as error:
            raise self.CollectError(str(error)) from None


class SessionItem(pytest.Item):
    """Plays one session on both tested."""

    def __init__(self, *, corpus: CorpusFolder, **more: Any) -> None:  # noqa: ANN401 - what pytest gives its nodes
        super().__init__(**more)
        self._corpus = corpus
        self.stash[SESSION_FILE] = corpus.session_file(self.name)

    def runtest(self) -> None:
        """Fails where an answer differs; skips where a call was not compared: nobody knows of the whole session."""
        tested = pair_of(self.config)
        session = placed(self._corpus.session(self.name), tuple(tested.pair.sides))
        today = datetime.datetime.now(datetime.UTC).date()
        result = tested.loop.run(find_in_session(tested, session, today))
        self._count(result)
        self._fail(result, tested)
        if result.accepted:
            pytest.xfail("; ".join(rule.reason for rule in result.accepted))
        if result.left_out:
            what = "not all calls were" if result.compared else "nothing was"
            pytest.skip(f"{what} compared: {left_out_text(result.left_out.items())}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:  # noqa: ANN401 - pytest's
        """The lines alone: a traceback would show how pytest came here."""
        if isinstance(excinfo.value, SessionFailed | ShadowError | pytest.UsageError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The corpus, and the name of the session."""
        return self.path, None, self.name

    def _fail(self, result: SessionFound, tested: PytestPair) -> None:
        here = self.config.invocation_params.dir
        corpus, config = (os.path.relpath(path, here) for path in (self.path, config_path(self.config)))
        repeat = repeat_line(shlex.quote(f"{corpus}::{self.name}"), shlex.quote(config))
        if result.failing:
            lines = session_lines(result.failing, len(result.found), tested.redactor.example)
            raise SessionFailed("\n".join((*lines, repeat)))
        if result.restless:
            told = (f"times that move otherwise than legacy's: {text}" for text in result.restless)
            raise SessionFailed("\n".join((*told, repeat)))
        if result.left_out and self.config.getoption("crossfade_strict"):
            raise SessionFailed(f"not compared: {left_out_text(result.left_out.items())}\n{repeat}")

    def _count(self, result: SessionFound) -> None:
        self.user_properties += [(CALLS, len(result.found)), (COMPARED, result.compared)]
        self.user_properties += [(LEFT_OUT, f"{count} {reason}") for reason, count in result.left_out.items()]
        self.user_properties += [(DIFFERENCE, text) for text in difference_texts(result.failing)]
        self.user_properties += [(NOISE, text) for text in noise_texts(result.found)]
        self.user_properties += [(TIMES, text) for text in result.broken_times]
