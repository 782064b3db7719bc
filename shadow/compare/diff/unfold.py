"""Two texts that differ, taken apart where both can be, so that what is random in them has a small place of its own.

What is lost by reading them is a difference of its own here: two texts that differ are never the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crossfade.shadow.compare.decode.deep_json import deep_scalars
from crossfade.shadow.compare.decode.json_in_text import read_json_pair, written_alike
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.lines import Word, blanks_differ, line_end, pair_words, read_lines
from crossfade.shadow.compare.decode.texts import Rows, Text, Url, WordSet
from crossfade.shadow.compare.decode.urls import read_url
from crossfade.shadow.compare.diff.equality import Equality
from crossfade.shadow.compare.diff.paths import Context, Place
from crossfade.shadow.exchange.difference import Deep, Kind, Value

_CONTEXT_BEFORE, _CONTEXT_AFTER = 1000, 300


@dataclass(frozen=True, slots=True)
class Part:
    """What two texts have at a place; ``kind`` where that is the difference, else the values are compared."""

    place: Place
    legacy: Value
    candidate: Value
    kind: Kind | None = None


def unfold(legacy: str, candidate: str, place: Place) -> Iterator[Part] | None:
    """The parts of two texts that differ, at least one of which does too; None where they are one value.

    Any texts as JSON; those that are marked by what they are.
    """
    if isinstance(legacy, Deep) and isinstance(candidate, Deep):
        return _deep(legacy, candidate, place)
    found = _json(legacy, candidate, place)
    if found is not None:
        return found
    if isinstance(legacy, Text) and isinstance(candidate, Text):
        lines = _lines(legacy, candidate, place)
        return _words(legacy, candidate, place) if lines is None else lines
    if isinstance(legacy, Url) and isinstance(candidate, Url):
        return _url(legacy, candidate, place)
    if isinstance(legacy, WordSet) and isinstance(candidate, WordSet):
        return _word_sets(set(legacy.split()), set(candidate.split()), place)
    return None


def _json(legacy: str, candidate: str, place: Place) -> Iterator[Part] | None:
    values = read_json_pair(legacy, candidate)
    if values is None or Equality().same(*values):
        return None
    inner = place.json()
    parts = [Part(inner, *values)]
    if not written_alike(legacy, candidate, values):
        parts.append(Part(inner, legacy, candidate, Kind.FORMAT))
    return iter(parts)


def _deep(legacy: Deep, candidate: Deep, place: Place) -> Iterator[Part] | None:
    """Scalars one by one, where all around them is the same; a scalar is named by the last key before it."""
    ours, theirs = deep_scalars(legacy), deep_scalars(candidate)
    if ours.between != theirs.between:
        return None
    pairs = zip(ours.found, theirs.found, strict=True)
    return (
        Part(place.deep().key(name), decode_json(one), decode_json(two))
        for (name, one), (_, two) in pairs
        if one != two
    )


def _lines(legacy: Text, candidate: Text, place: Place) -> Iterator[Part] | None:
    ours = read_lines(legacy)
    theirs = None if ours is None else read_lines(candidate)
    if ours is None or theirs is None:
        return None
    tops = (text.top() for text in (legacy, candidate) if isinstance(text, Rows))
    inner = replace(place, owner=" ".join(filter(None, (place.owner, *tops))))
    ends = line_end(legacy), line_end(candidate)
    spelled = () if ends[0] == ends[1] else (Part(place, *ends, Kind.FORMAT),)
    return iter((*spelled, Part(inner, ours, theirs)))


def _words(legacy: Text, candidate: Text, place: Place) -> Iterator[Part] | None:
    pairs = pair_words(legacy, candidate)
    return None if pairs is None else _differing(pairs, legacy, candidate, place)


def _differing(pairs: Iterable[tuple[Word, Word]], legacy: Text, candidate: Text, place: Place) -> Iterator[Part]:
    for index, (one, two) in enumerate(pairs):
        if one.text != two.text:
            context = _context(legacy, one), _context(candidate, two)
            yield Part(replace(place.word(index), context=context), one.text, two.text, Kind.VALUE)
    if blanks_differ(legacy, candidate):
        yield Part(place, legacy, candidate, Kind.FORMAT)


def _context(line: str, word: Word) -> Context:
    before = line[max(0, word.begin - _CONTEXT_BEFORE) : word.begin]
    return before, line[word.end : word.end + _CONTEXT_AFTER]


def _url(legacy: Url, candidate: Url, place: Place) -> Iterator[Part] | None:
    ours, theirs = read_url(legacy), read_url(candidate)
    if ours is None or theirs is None:
        return None
    orders = [
        Part(place.key(name), tuple(one), tuple(two), Kind.ORDER)
        for name in ("query", "fragment")
        if isinstance(one := ours.get(name), dict)
        and isinstance(two := theirs.get(name), dict)
        and _in_other_order(one, two)
    ]
    return None if ours == theirs and not orders else iter((Part(place, ours, theirs), *orders))


def _in_other_order(ours: dict[str, Value], theirs: dict[str, Value]) -> bool:
    return [name for name in ours if name in theirs] != [name for name in theirs if name in ours]


def _word_sets(ours: set[str], theirs: set[str], place: Place) -> Iterator[Part]:
    for word in sorted(ours - theirs):
        yield Part(place.word_of_set(word), word, None, Kind.MISSING)
    for word in sorted(theirs - ours):
        yield Part(place.word_of_set(word), None, word, Kind.ADDED)
