"""Whether values at one place repeat, and whether they look like legacy's: two of the checks."""

import re
from dataclasses import dataclass, field

from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.judging.checks.values import Form, digest, form, is_id

MAX_FORMS = 64
"""A place with more forms than this has no form."""
_MIN_SEEN = 5
_FEW, _MIN_SEEN_OF_FEW = 8, 30
_DIGIT = re.compile(r"[0-9]")

Trial = tuple[Check, bool, bool]
"""A check, and whether the candidate alone failed it, or the control alone."""


@dataclass(frozen=True, slots=True)
class _First:
    """The first request of a pair."""

    request_hash: int
    legacy: bytes
    candidate: bytes
    counts: bool


@dataclass(slots=True)
class Repeats:
    """Whether a side gives the same value twice where the other gives two; pairs of successive, different requests.

    Of ids each pair counts. Other values may well be equal twice (most are 0, or of the same second), so of those only
    the pairs count that came while the candidate gave one single value. Whether a pair counts is decided before its
    first request, by what came before: so the pair in which the candidate's value changes still counts, and no later
    one. Until then the candidate's chances are those of legacy to repeat itself as often.
    """

    _first: _First | None = None
    _are_ids: bool | None = None
    _value: bytes | None = None
    _is_constant: bool = True

    def see(self, request_hash: int, legacy: Value, candidate: Value) -> Trial | None:
        """The trial that this request completes, if it does."""
        ours, theirs = digest(legacy), digest(candidate)
        found = self._pair(request_hash, ours, theirs)
        self._are_ids = self._are_ids is not False and is_id(legacy)
        self._is_constant = self._is_constant and self._value in {None, theirs}
        self._value = theirs
        return found

    def _pair(self, request_hash: int, ours: bytes, theirs: bytes) -> Trial | None:
        first = self._first
        if first is None:
            self._first = _First(request_hash, ours, theirs, self._is_constant or self._are_ids is True)
            return None
        if first.request_hash == request_hash:
            return None
        self._first = None
        same, other_same = first.candidate == theirs, first.legacy == ours
        return (Check.REPEATS, same and not other_same, other_same and not same) if first.counts else None


@dataclass(slots=True)
class Forms:
    """Whether a value looks as none of legacy's or the secondary's did before, and the other side's looks as one did.

    Where these had few values, the value itself is its form, but not of texts with digits: names of instances, and
    times that each instance stamped once, are few and never the other side's.
    """

    _forms: set[Form] = field(default_factory=set)
    _values: set[bytes] = field(default_factory=set)
    _are_words: bool = True
    _seen: int = 0

    def see(self, legacy: Value, candidate: Value) -> Trial | None:
        """The trial of two values; none before a few were seen, or where there are too many forms."""
        found = None
        if self._seen >= _MIN_SEEN and len(self._forms) <= MAX_FORMS:
            known, other_known = self._is_known(legacy), self._is_known(candidate)
            found = (Check.FORM, known and not other_known, other_known and not known)
        self.learn(legacy)
        return found

    def learn(self, value: Value) -> None:
        """Takes a value that legacy or the secondary gave."""
        self._seen += 1
        if len(self._forms) <= MAX_FORMS:
            self._forms.add(form(value))
        self._are_words = self._are_words and not (isinstance(value, str) and _DIGIT.search(value))
        if self._are_words and len(self._values) <= _FEW:
            self._values.add(digest(value))

    def _is_known(self, value: Value) -> bool:
        if self._are_words and self._seen >= _MIN_SEEN_OF_FEW and len(self._values) <= _FEW:
            return digest(value) in self._values
        return form(value) in self._forms
