"""The differences of one HTTP body from legacy's, by what both mean."""

from collections.abc import Iterator
from dataclasses import replace

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import EMPTY, as_text
from crossfade.shadow.compare.decode.json_text import Documents
from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.compare.decode.table import Table
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.keys import ListKeys
from crossfade.shadow.compare.diff.walk import leaf, walk
from crossfade.shadow.exchange import Answer, header_values
from crossfade.shadow.exchange.difference import Difference, Kind, Value

_TEXTS = (Element, Table)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def diff_bodies(legacy: AnswerView, other: AnswerView, keys: ListKeys) -> Iterator[Difference]:
    """The differences of whole bodies, at and below ``body``; ``keys`` are those of the lists in them.

    Raises: UndecodableError: legacy's own body is not what its headers announce.
    """
    if legacy.answer.body == other.answer.body and coding_of(legacy.answer) == coding_of(other.answer):
        return
    try:
        ours = legacy.plain()
    except UndecodableError:
        if not _are_text(legacy.answer, other.answer):
            raise
        yield from diff_bodies(_uncoded(legacy), _uncoded(other), keys)
        return
    try:
        theirs = other.plain()
    except UndecodableError:
        yield leaf(Place.at("body"), Kind.TYPE, legacy.value(), other.answer.body)
        return
    if ours != theirs:
        yield from _marks(ours, theirs)
        yield from _values(legacy, other, keys)


def _are_text(legacy: Answer, other: Answer) -> bool:
    """Whether two bodies are the text that no coding makes of it: then both sides' headers name one that is not there.

    No coded body is UTF-8, but one of brotli by chance.
    """
    if coding_of(legacy) != coding_of(other):
        return False
    try:
        legacy.body.decode()
        other.body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _uncoded(view: AnswerView) -> AnswerView:
    headers = tuple(field for field in view.answer.headers if field[0].lower() != "content-encoding")
    return AnswerView(replace(view.answer, headers=headers))


def _values(legacy: AnswerView, other: AnswerView, keys: ListKeys) -> Iterator[Difference]:
    """As JSON where both bodies are that, else each as its type reads it."""
    place = Place.at("body")
    are_json = _are_json(legacy.answer, other.answer)
    pair = None if are_json else _json_pair(legacy, other)
    left = legacy.value() if pair is None else pair[0]
    try:
        right = other.value() if pair is None else pair[1]
    except UndecodableError:
        yield leaf(place, Kind.TYPE, left, other.answer.body)
        return
    if isinstance(left, Documents) != isinstance(right, Documents) and EMPTY not in (left, right):
        left, right = (side if isinstance(side, Documents) else (side,) for side in (left, right))
    elif _kind_of_text(left) is not _kind_of_text(right):  # what is no markup, or no table, is compared with the text
        left, right = _as_text(left, legacy), _as_text(right, other)
    yield from _whole(left, right, place, keys)


def _kind_of_text(value: Value) -> type | None:
    return next((kind for kind in _TEXTS if isinstance(value, kind)), None)


def _as_text(value: Value, view: AnswerView) -> Value:
    return value if _kind_of_text(value) is None else as_text(view.answer.headers, view.plain())


def _json_pair(legacy: AnswerView, other: AnswerView) -> tuple[Value, Value] | None:
    """Both bodies as JSON where each is a JSON object or list, or several, and a type names something else; else None.

    HTML frameworks serve JSON as text/html, and a client parses it all the same.
    """
    left = legacy.json()
    right = None if left is None else other.json()
    return None if left is None or right is None else (left, right)


def _are_json(legacy: Answer, other: Answer) -> bool:
    return all(is_json(media_type(answer.headers)[0]) for answer in (legacy, other))


def _marks(ours: bytes, theirs: bytes) -> Iterator[Difference]:
    """Decoding JSON drops a byte order mark, at which many readers fail."""
    left, right = (
        "byte order mark" if body.startswith(_BYTE_ORDER_MARK) else "no byte order mark" for body in (ours, theirs)
    )
    if left != right and ours and theirs:
        yield leaf(Place.at("body"), Kind.FORMAT, left, right)


def _whole(ours: Value, theirs: Value, place: Place, keys: ListKeys) -> Iterator[Difference]:
    """A body that is there on one side only is missing or added."""
    if theirs == EMPTY != ours:
        yield leaf(place, Kind.MISSING, ours, None)
    elif ours == EMPTY != theirs:
        yield leaf(place, Kind.ADDED, None, theirs)
    else:
        yield from walk(ours, theirs, place, keys=keys)


def coding_of(answer: Answer) -> tuple[str, ...]:
    """The values of content-encoding, in order."""
    return header_values(answer.headers, "content-encoding")
