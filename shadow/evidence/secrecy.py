"""What must not be stored as it is: values under secret names, and texts that look like a secret. Pure."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from crossfade.shadow.compare.diff.paths import Context
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.path_names import path_names
from crossfade.shadow.evidence.patterns import (
    CARD,
    CREDENTIALS,
    NAMES,
    PATTERNS,
    Pattern,
    holds_secret,
    is_card,
    plain_name,
)
from crossfade.shadow.exchange.difference import Difference

_NAME = re.compile(r"[\w.-]{1,100}")
_MAX_NAMES, _MAX_NAME_CHARS = 10_000, 100  # remembered, because the same names come again and again


class Secrecy:
    """The rules by which something is secret: the defaults, those of a config, and fields with debug_redact."""

    def __init__(self, *, names: Iterable[str] = (), patterns: Iterable[str] = (), fields: Iterable[str] = ()) -> None:
        """``fields`` are full names of fields. Raises: EvidenceError: a pattern is not a regular expression."""
        own = [plain_name(name) for name in (*names, *(field.rpartition(".")[2] for field in fields))]
        self._names = (*NAMES, *(name for name in own if name))
        self.credentials = (*CREDENTIALS, *(name for name in own if name))
        """Plain names (see ``patterns``) of values that let one in; whatever a config names may be one."""
        self._known_names: dict[str, bool] = {}
        self._known_credentials: dict[str, bool] = {}
        try:
            self.patterns = (*PATTERNS, *(Pattern(re.compile(pattern)) for pattern in patterns))
        except re.error as error:
            raise EvidenceError(f"redact.patterns: expected regular expressions, got one with {error}") from None

    def is_secret(self, name: str) -> bool:
        """Whether values under this name are replaced as a whole."""
        return _held(name, self._names, self._known_names)

    def is_credential(self, name: str) -> bool:
        """Whether a value under this name may let one in."""
        return _held(name, self.credentials, self._known_credentials)

    def is_secret_place(self, path: str, owner: str) -> bool:
        """Whether one of the names in a path is secret, or one under which the values stand beside those."""
        return any(map(self.is_secret, (*path_names(path), *owner.split())))

    def shows(self, difference: Difference, word: str) -> bool:
        """Whether a word may be told as it is: neither its place nor anything in it or in its line is secret."""
        before, after = _around(difference, word)
        names = _NAME.findall(unquote(before))
        if self.is_secret_place(difference.path, difference.owner) or any(map(self.is_secret, names)):
            return False
        line = f"{before}{word}{after}"
        span = range(len(before), len(before) + len(word))
        return not any(pattern.may_match(line) and self._hides(pattern.regex, line, span) for pattern in self.patterns)

    @staticmethod
    def _hides(regex: re.Pattern[str], line: str, word: range) -> bool:
        found = (match for match in regex.finditer(line) if match.start() < word.stop and match.end() > word.start)
        return any(map(is_hidden, found))


def _held(name: str, secrets: Iterable[str], known: dict[str, bool]) -> bool:
    found = known.get(name)
    if found is None:
        found = holds_secret(name, secrets)
        if len(known) < _MAX_NAMES and len(name) <= _MAX_NAME_CHARS:
            known[name] = found
    return found


def _around(difference: Difference, word: str) -> Context:
    """What stands before and behind a word of a line, on its side."""
    if difference.context is None:
        return "", ""
    ours, theirs = difference.context
    return ours if word == difference.legacy else theirs


def is_hidden(match: re.Match[str]) -> bool:
    """Whether what a pattern found is a secret: most numbers of so many digits are of no card."""
    return bool(match[0]) and (match.re is not CARD.regex or is_card(match[0]))
