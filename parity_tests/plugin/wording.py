"""The lines of a failing parity test: where the answers differ, why, and what to write in Java. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from crossfade.parity_tests.plugin.found import Found, pitfall_of
from crossfade.shadow.evidence.records import StoredExample
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Example

MAX_FURTHER = 3
"""So many further differences of a call, and further calls, have a line each."""
MAX_TEXTS = 200
"""So many differences of a session are properties of its test."""
MAX_CHARS = 200
_NAME_CHARS = 11

Shown = Callable[[Example], StoredExample]


def session_lines(failing: Sequence[tuple[int, Found]], calls: int, shown: Shown) -> list[str]:
    """About ten lines for the calls of a session that failed, each with its number; it has so many ``calls``."""
    (number, first), *others = failing
    lines = call_lines(first, f"call {number} of {calls}, {first.played.call.route.route}", shown)
    for number, found in others[:MAX_FURTHER]:
        lines.append(_line("also", f"call {number}, {found.played.call.route.route}: {_in_short(found)}"))
    if (more := len(others) - MAX_FURTHER) > 0:
        lines.append(_line("also", _counted(more, "more call")))
    return lines


def call_lines(found: Found, heading: str, shown: Shown) -> list[str]:
    """The first difference of a call in full, and the others in short, below a ``heading``."""
    if found.legacy_failed:
        return [heading, _line("legacy", f"gave no answer: {found.left_out}; is it running?")]
    first, *others = found.differences
    example = found.example(first)
    lines = [heading, *_difference(first, None if example is None else shown(example))]
    lines += [_line("also here", _place(item)) for item in others[:MAX_FURTHER]]
    if (more := len(others) - MAX_FURTHER) > 0:
        lines.append(_line("also here", _counted(more, "more difference")))
    return lines


def repeat_line(test: str, config: str) -> str:
    """The command that runs one test again; both are words of a shell."""
    return _line("repeat", f"pytest -p crossfade.parity_tests.plugin --crossfade-config {config} {test}", 1000)


def left_out_text(left_out: Iterable[tuple[str, int]]) -> str:
    """``2 calls skipped(blocked), 1 call uncomparable(truncated)``."""
    return ", ".join(f"{_counted(count, 'call')} {reason}" for reason, count in left_out)


def difference_texts(failing: Iterable[tuple[int, Found]]) -> list[str]:
    """``call 3 GET /builds/{id} body/finished_at (missing, F1)``, without values; at most ``MAX_TEXTS``."""
    texts = (
        f"call {number} {found.played.call.route.route} {_place(item)}"
        for number, found in failing
        for item in found.differences
    )
    return list(islice(texts, MAX_TEXTS))


def noise_texts(found: Iterable[Found]) -> list[str]:
    """``GET /stats body/views (value)`` for each place at which a difference was taken for noise."""
    texts = (f"{item.played.call.route.route} {_place(place)}" for item in found for place in item.noise)
    return list(dict.fromkeys(texts))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _difference(fingerprint: Fingerprint, example: StoredExample | None) -> Iterator[str]:
    where = fingerprint.template if example is None else example.path
    yield _line("path", f"{where}  ({fingerprint.kind})")
    if example is not None:
        yield _line("legacy", example.legacy)
        yield _line("candidate", example.candidate)
    if (pitfall := pitfall_of(fingerprint)) is not None:
        yield _line("cause", f"{pitfall.id} {pitfall.title}")
        yield _line("fix", pitfall.java_fix, limit_chars=400)


def _in_short(found: Found) -> str:
    if found.legacy_failed:
        return f"no answer of legacy, {found.left_out}"
    first, *others = found.differences
    return _place(first) + (f" and {len(others)} more" if others else "")


def _place(fingerprint: Fingerprint) -> str:
    cause = f", {fingerprint.cause}" if fingerprint.cause else ""
    return f"{fingerprint.template} ({fingerprint.kind}{cause})"


def _line(name: str, text: str, limit_chars: int = MAX_CHARS) -> str:
    text = "; ".join(text.split("\n"))
    cut = text if len(text) <= limit_chars else f"{text[:limit_chars]}…"
    return f"  {name:<{_NAME_CHARS}}{cut}"
