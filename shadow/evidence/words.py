"""Words of a line as they may be stored: a name or a pattern that hides one may stand in the rest of the line. Pure."""

import json
from typing import Protocol

_MAX_ESCAPE_CHARS = 6


class HidesWords(Protocol):
    """What replaces secrets in texts (see ``redact``)."""

    def members(self, text: str) -> str:
        """Free text."""

    def lines(self, text: str) -> str:
        """Lines of a name and a value."""

    def pseudonym(self, text: str) -> str:
        """A text that stands for a secret one."""


def redact_word(text: str, context: tuple[str, str], hides: HidesWords) -> str:
    """A word as it is rendered, in quotes, with as much replaced as would be in its line: ``context`` is around it."""
    is_cut = text.endswith("…")
    plain = cut_text(text) if is_cut else json.loads(text)
    if not isinstance(plain, str):
        return text
    before, after = context
    line = f"{before}{plain}{'' if is_cut else after}"
    hidden = hides.lines(hides.members(line))
    is_in_place = len(hidden) == len(line)
    word = hidden[len(before) : len(before) + len(plain)] if is_in_place else hides.pseudonym(plain)
    if word == plain:
        return text
    quoted = json.dumps(word, ensure_ascii=False)
    return f"{quoted[:-1]}…" if is_cut else quoted


def cut_text(text: str) -> str | None:
    """What a quoted text holds that was cut before its end."""
    begun = text.removesuffix("…")
    for end in range(len(begun), max(0, len(begun) - _MAX_ESCAPE_CHARS), -1):
        try:
            plain = json.loads(f'{begun[:end]}"')
        except ValueError:
            continue
        return plain if isinstance(plain, str) else None
    return None
