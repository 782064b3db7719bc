"""Both services, asked the same, and what their answers have in common."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.plugin.explained import explained
from crossfade.parity_tests.plugin.found import found_of, without_ignored
from crossfade.parity_tests.plugin.hooks import ACCEPTED, MARK
from crossfade.parity_tests.plugin.pytest_pair import PytestPair
from crossfade.parity_tests.plugin.request_maker import Extras, Fields, RequestMaker
from crossfade.parity_tests.plugin.side_answer import SideAnswer
from crossfade.parity_tests.plugin.verbs import Verbs, as_messages
from crossfade.parity_tests.plugin.wording import call_lines
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.exchange.difference import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The accept rules that a test names, and where the reasons of those at work are noted."""

    rules: Sequence[AcceptRule]
    met: list[str]


class Both(Verbs["Answers"]):
    """Sends each request to legacy and candidate. What a side mints is known to the later requests of the test."""

    def __init__(self, tested: PytestPair, expected: Expected, handles: Handles, port: str | None = None) -> None:
        self._tested = tested
        self._expected = expected
        self._handles = handles
        self._port = port
        self._make = RequestMaker(tested.config, tested.contract)

    def at(self, port: str) -> "Both":
        """The same services behind another [[listen]], with the same handles."""
        return Both(self._tested, self._expected, self._handles, port)

    def request(self, method: str, path: str, **extras: Unpack[Extras]) -> "Answers":
        """The answers to an HTTP request; values that legacy minted are replaced by the candidate's own."""
        return self._send(self._make.http(self._port, method, path, extras))

    def call(
        self, rpc: str, message: Fields | Sequence[Fields] = (), metadata: Mapping[str, str] | None = None
    ) -> "Answers":
        """The answers to a gRPC call; a list of messages where the client sends a stream."""
        return self._send(self._make.rpc(self._port, rpc, as_messages(message), tuple((metadata or {}).items())))

    def _send(self, call: Call) -> "Answers":
        tested = self._tested
        played, left = tested.loop.run(self._play(call))
        return Answers(tested, played, left, self._expected)

    async def _play(self, call: Call) -> tuple[Played, Signature]:
        played = await self._tested.pair.play(call, self._handles)
        return played, await self._tested.noise.left(played, self._handles)


class Answers:
    """What both sides answered to one request; ids and the like of the candidate stand as legacy calls them."""

    def __init__(self, tested: PytestPair, played: Played, left: Signature, expected: Expected) -> None:
        self._tested = tested
        self._played = played
        self._expected = expected
        self.differences: Signature = left
        """Where they differ, without noise: each with its ``template``, ``kind``, ``cause`` and ``transition``."""

    @property
    def legacy(self) -> SideAnswer:
        """Legacy's answer."""
        return self._side("legacy")

    @property
    def candidate(self) -> SideAnswer:
        """The candidate's answer."""
        return self._side("candidate")

    def same(self, ignore: Iterable[str] = ()) -> "Answers":
        """Itself, if the answers are the same but at these paths (globs such as ``body/at`` or ``message.*_at``).

        A difference that a rule accepts which the test names by ``@pytest.mark.parity_accept("ID")`` makes the test an
        xfail. Raises: AssertionError: they differ, or were not compared; its lines tell where and why.
        """
        __tracebackhide__ = True
        paths = (ignore,) if isinstance(ignore, str) else tuple(ignore)
        left = without_ignored(self.differences, paths)
        found = found_of(self._played, left, self._expected.rules, datetime.datetime.now(datetime.UTC).date())
        self._expected.met.extend(rule.reason for rule in found.accepted)
        if found.left_out and not found.legacy_failed:
            raise AssertionError(f"{self._what}: not compared: {found.left_out}")
        if found.differences or found.legacy_failed:
            lines = call_lines(found, self._what, self._tested.redactor.example)
            raise AssertionError("\n".join((*lines, *self._explained(found.differences))))
        return self

    def _explained(self, differences: Signature) -> list[str]:
        if not differences or not (self.legacy.answered and self.candidate.answered):
            return []
        return explained(self.legacy, self.candidate, differences, self._tested.redactor)

    def _side(self, name: str) -> SideAnswer:
        comparison = self._played.comparison
        if comparison is None:
            reason = found_of(self._played, (), (), datetime.date.min).left_out
            raise AssertionError(f"{self._what}: no answer to read: {reason}")
        return SideAnswer(call=self._played.call, reply=getattr(comparison, name), contract=self._tested.contract)

    @property
    def _what(self) -> str:
        return self._played.call.route.route


def both_for(tested: PytestPair, node: pytest.Item) -> Both:
    """What a test takes. Raises: ParityError: it names a rule that the config does not have."""
    ids = [mark.args[0] for mark in node.iter_markers(MARK)]
    known = {rule.id: rule for rule in tested.accepted if rule.id}
    for one in ids:
        if one not in known:
            raise ParityError(f"{MARK}({one!r}): expected the id of an [[accept]] of the config, got none; give it one")
    expected = Expected(rules=[known[one] for one in ids], met=node.stash.setdefault(ACCEPTED, []))
    return Both(tested, expected, tested.pair.new_bindings())
