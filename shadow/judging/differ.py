"""The answers to one request held against each other, under the ignore rules. Each is decoded once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import STATUS_PLACES, NotComparableError, diff_views
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.diff.map_keys import Naming
from crossfade.shadow.compare.diff.walk import bounded
from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Difference, Kind
from crossfade.shadow.exchange.glob import glob

Key = tuple[str, str]
"""A place: the template of a path, and the kind of a difference."""

_HIDING = frozenset({Kind.MISSING.value, Kind.ADDED.value, Kind.TYPE.value})
"""Kinds of a difference below which there is nothing to compare."""
_BELOW = frozenset("/.[")
_ELEMENT = ("*", "*]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one answer differs from another: ``differences``, bounded, and their places in ``keys``.

    ``full``: there may be more of them. ``other_status``: their statuses differ, whatever rules leave out.
    """

    differences: tuple[Difference, ...]
    keys: frozenset[Key]
    full: bool
    other_status: bool


_SAME = Look(differences=(), keys=frozenset(), full=False, other_status=False)


class Differ:
    """Holds answers to one request against legacy's, and against each other."""

    __slots__ = ("_contract", "_keys", "_naming", "_paths", "_request", "_views", "ignored", "legacy")

    def __init__(  # noqa: PLR0913 - two sides, and what is known of how to read them
        self,
        request: Request,
        legacy: Answer,
        contract: Contract | None,
        ignored_paths: Iterable[str],
        naming: Naming | None = None,
        *,
        keys: ListKeys = NO_KEYS,
    ) -> None:
        """``ignored_paths`` are globs of templates whose differences are counted and left out.

        ``naming`` knows which keys of bodies are data, ``keys`` by what elements of lists are paired.
        """
        self.legacy = legacy
        self.ignored = 0
        self._request = request
        self._contract = contract
        self._naming = naming
        self._keys = keys
        self._paths = [glob(path) for path in ignored_paths]
        self._views: list[AnswerView] = []

    def of_candidate(self, answer: Answer, more: Iterable[Difference] = ()) -> tuple[tuple[Difference, ...], int]:
        """The differences from legacy, with ``more`` behind them, and how many rules left out.

        Raises: NotComparableError.
        """
        before = self.ignored
        found = bounded(self.kept(chain(self._diff(self.view(self.legacy), self.view(answer)), more)))
        return found, self.ignored - before

    def of_view(self, other: AnswerView) -> Look | None:
        """How an answer that is given by its parts differs from legacy's; None where it can't be compared."""
        return self._look(self.view(self.legacy), other, ())

    def from_legacy(self, reply: Reply | None, more: Iterable[Difference] = ()) -> Look | None:
        """How another answer differs from legacy's; None where there is none, or it can't be compared."""
        return self.between(self.legacy, reply, more)

    def between(self, one: Reply | None, other: Reply | None, more: Iterable[Difference] = ()) -> Look | None:
        """How two answers differ, with ``more`` behind that; None where one is missing or they can't be compared.

        Bounded to what a signature holds, so that noise never stands for differences that were not looked at.
        """
        if not isinstance(one, Answer) or not isinstance(other, Answer):
            return None
        return self._look(self.view(one), self.view(other), more)

    def _look(self, one: AnswerView, other: AnswerView, more: Iterable[Difference]) -> Look | None:
        try:
            differences = self._diff(one, other)
            first = next(differences, None)
            if first is None and not more:
                return _SAME
            everything = chain(() if first is None else (first,), differences, more)
            found = bounded(self.kept(everything), MAX_FINGERPRINTS - 1)
        except NotComparableError:
            return None
        keys = frozenset((item.template, item.kind.value) for item in found)
        other_status = first is not None and first.template in STATUS_PLACES
        return Look(differences=found, keys=keys, full=len(keys) >= MAX_FINGERPRINTS, other_status=other_status)

    def kept(self, found: Iterable[Difference]) -> Iterator[Difference]:
        """Without those that rules leave out, which are counted."""
        for difference in found:
            if any(path.matches(difference.template) for path in self._paths):
                self.ignored += 1
            else:
                yield difference

    def _diff(self, one: AnswerView, other: AnswerView) -> Iterator[Difference]:
        found = diff_views(self._request, one, other, self._contract, self._keys)
        return found if self._naming is None else self._naming(found, one, other)

    def view(self, answer: Answer) -> AnswerView:
        """The answer, decoded at most once."""
        for view in self._views:
            if view.answer is answer:
                return view
        self._views.append(AnswerView(answer))
        return self._views[-1]


def knows(look: Look | None, key: Key) -> bool | None:
    """Whether an answer differs from legacy's at a place; None where it can't be said.

    Another status says nothing of the rest, what is missing nothing of its parts, and what was not looked at nothing.
    """
    if look is None or (look.other_status and key[0] not in STATUS_PLACES):
        return None
    if key in look.keys:
        return True
    if look.full or any(hides(other, key[0]) and not other[0].endswith(_ELEMENT) for other in look.keys):
        return None
    return False


def hides(other: Key, template: str) -> bool:
    """Whether a difference leaves nothing to compare at a template below it."""
    return other[1] in _HIDING and is_below(template, other[0])


def is_below(inner: str, outer: str) -> bool:
    """Whether a template lies within another one."""
    return len(inner) > len(outer) and inner.startswith(outer) and inner[len(outer)] in _BELOW
