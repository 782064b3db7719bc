"""The catalogue of pitfalls."""

from collections.abc import Iterator
from itertools import groupby

from crossfade.codegen.pitfalls import Pitfall, all_pitfalls

_GROUPS = {
    "A": "Numbers as text",
    "B": "Arithmetic",
    "C": "Strings",
    "D": "Regular expressions",
    "E": "Collections and order",
    "F": "Null, defaults, protobuf",
    "G": "JSON",
    "H": "Time",
    "I": "Encodings, URLs, HTTP",
    "J": "gRPC",
    "K": "State around the service",
}


def causes(_: str) -> str:
    """A chapter for each group, an entry for each pitfall."""
    groups = groupby(all_pitfalls().values(), key=lambda pitfall: pitfall.id[0])
    return "\n".join(text for letter, entries in groups for text in _chapter(letter, entries))


def _chapter(letter: str, entries: Iterator[Pitfall]) -> Iterator[str]:
    yield f"## {letter}: {_GROUPS[letter]}\n"
    for entry in entries:
        yield f"### {entry.id} {entry.title}\n"
        yield f"{entry.why}\n"
        yield f"In Java: {entry.java_fix}\n"
        if entry.java_call:
            yield f"```java\n{entry.java_call}\n```\n"
