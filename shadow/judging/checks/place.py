"""Whether values at one place repeat, and whether they look like legacy's: two of the checks."""

from dataclasses import dataclass, field

from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.judging.checks.values import Form, digest, form, is_id

MAX_FORMS = 64
"""A place with more forms than this has no form."""
_MIN_SEEN = 5
_FEW, _MIN_SEEN_OF_FEW = 8, 30
_Failed = tuple[Check, bool, bool]
"""A check, and whether the candidate and the control failed it."""


@dataclass(frozen=True, slots=True)
class _First:
    """The first request of a pair."""

    request_hash: int
    legacy: bytes
    candidate: bytes
    counts: bool


@dataclass(slots=True)
class PlaceChecks:
    """What is remembered of one place. ``see`` takes the two values where the candidate's differs from legacy's.

    REPEATS: pairs of successive requests that are not the same one; a side fails where its two values are equal and the
    other side's are not. Of ids each pair counts; of other values, which may well be equal twice, those of as long as
    the candidate has given one single value. Whether a pair counts is decided before its first request, by what came
    before: so the pair in which the candidate's value changes still counts, and none behind it.

    FORM: a side fails where its value looks as none of legacy's or the secondary's did before, and the other's looks as
    one did. Where these had few values, the value itself is its form.
    """

    _first: _First | None = None
    _are_ids: bool = True
    _constant: bytes | None = None
    _is_constant: bool = True
    _forms: set[Form] = field(default_factory=set)
    _values: set[bytes] = field(default_factory=set)
    _seen: int = 0

    def see(self, request_hash: int, legacy: Value, candidate: Value) -> list[_Failed]:
        """The trials that this request completes."""
        ours, theirs = digest(legacy), digest(candidate)
        found = self._form(legacy, candidate, ours, theirs)
        found += self._repeats(request_hash, ours, theirs)
        self._is_constant = self._is_constant and self._constant in {None, theirs}
        self._constant = theirs
        self.learn(legacy)
        return found

    def learn(self, value: Value) -> None:
        """Takes a value that legacy or the secondary gave."""
        self._seen += 1
        self._are_ids = self._are_ids and is_id(value)
        if len(self._forms) <= MAX_FORMS:
            self._forms.add(form(value))
        if len(self._values) <= _FEW:
            self._values.add(digest(value))

    def _repeats(self, request_hash: int, ours: bytes, theirs: bytes) -> list[_Failed]:
        first = self._first
        if first is None:
            counts = self._is_constant or (self._are_ids and self._seen > 0)
            self._first = _First(request_hash, ours, theirs, counts)
            return []
        if first.request_hash == request_hash:
            return []
        self._first = None
        if not first.counts:
            return []
        same, other_same = first.candidate == theirs, first.legacy == ours
        return [(Check.REPEATS, same and not other_same, other_same and not same)]

    def _form(self, legacy: Value, candidate: Value, ours: bytes, theirs: bytes) -> list[_Failed]:
        if self._seen < _MIN_SEEN or len(self._forms) > MAX_FORMS:
            return []
        known, other_known = self._is_known(legacy, ours), self._is_known(candidate, theirs)
        return [(Check.FORM, known and not other_known, other_known and not known)]

    def _is_known(self, value: Value, its_digest: bytes) -> bool:
        if self._seen >= _MIN_SEEN_OF_FEW and len(self._values) <= _FEW:
            return its_digest in self._values
        return form(value) in self._forms
