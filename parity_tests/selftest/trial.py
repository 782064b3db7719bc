"""One faulty answer, held against legacy's under the present rules and without those that ignore. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.selftest.faults import Fault, Faulty
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.fingerprint import gather
from crossfade.shadow.compare.transition import transition
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.difference import Difference, Signature
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.differ import Differ, Key, knows
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule, Judgement
from crossfade.shadow.judging.rules import RuleFinder, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of a fault at ``place``.

    ``shown``: the fingerprints that the answer had not without it. ``noisy``: places at which legacy's own answer to
    this call differed too. ``ignored``: what ignore rules left out, by rule. ``masked``: it fell together with a
    difference that is there anyway. All empty: the comparison takes both answers for the same.
    """

    fault: Fault
    place: str
    shown: Signature = ()
    noisy: tuple[Key, ...] = ()
    ignored: tuple[tuple[IgnoreRule, Key], ...] = ()
    masked: bool = False


class Trials:
    """Holds faulty answers against legacy's."""

    def __init__(self, contract: Contract | None, rules: Rules) -> None:
        """``rules`` are those under which the calls were judged."""
        self._judge = Judge(contract=contract, rules=rules)
        self._plain = Judge(contract=contract, rules=replace(rules, ignore=()))
        self._finder = RuleFinder(rules)
        self._transition_of = partial(transition, shows=rules.shows)

    def of(self, comparison: Comparison, route: RouteInfo) -> "CallTrials | None":
        """Those of one call; None where the candidate gave nothing that can be compared."""
        whole = replace(comparison, followed=False)
        candidate = whole.candidate
        if not isinstance(candidate, Answer) or not isinstance(whole.legacy, Answer):
            return None
        judged, plain = self._judge.first_look(whole, route), self._plain.first_look(whole, route)
        if judged.differ is None or plain.differ is None or judged.uncomparable or plain.candidate.full:
            return None
        return CallTrials(
            judged=judged,
            plain=plain,
            ignoring=self._finder.ignored(whole, route),
            answer=judged.differ.view(candidate),
            signature_of=self._signature,
        )

    def _signature(self, differences: Iterable[Difference]) -> Signature:
        return tuple(gather(differences, lambda _: "", self._transition_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTrials:
    """The trials of one call; ``answer`` is the candidate's, as it was."""

    judged: Judgement
    plain: Judgement
    ignoring: tuple[IgnoreRule, ...]
    answer: AnswerView
    signature_of: Callable[[Iterable[Difference]], Signature]

    def trial(self, faulty: Faulty) -> Trial | None:
        """What the present rules make of a fault; None where the faulty answer can't be compared."""
        before = _keys(self.plain.differences)
        everything = _differences(self.plain.differ, faulty.view)
        if everything is None:
            return None
        nothing = Trial(fault=faulty.fault, place=faulty.place)
        if everything == self.plain.differences:
            return nothing
        new = _keys(everything) - before
        if not new:
            return replace(nothing, masked=True)
        kept = _differences(self.judged.differ, faulty.view) or ()
        shown = {item: (item.template, item.kind) for item in self.signature_of(kept)}
        noisy = {key for key in new if knows(self.judged.secondary, key)}
        return replace(
            nothing,
            shown=tuple(item for item, key in shown.items() if key in new and key not in noisy),
            noisy=tuple(sorted(noisy & set(shown.values()))),
            ignored=tuple(_ignored(self.ignoring, sorted(new))),
        )


def _differences(differ: Differ | None, answer: AnswerView) -> tuple[Difference, ...] | None:
    look = None if differ is None else differ.of_view(answer)
    return None if look is None else look.differences


def _keys(differences: Iterable[Difference]) -> frozenset[Key]:
    return frozenset((item.template, item.kind.value) for item in differences)


def _ignored(rules: Iterable[IgnoreRule], keys: Iterable[Key]) -> Iterator[tuple[IgnoreRule, Key]]:
    keys = tuple(keys)
    for rule in rules:
        yield from ((rule, key) for key in keys if glob(rule.path).matches(key[0]))
