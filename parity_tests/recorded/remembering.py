"""A redactor that knows a secret again wherever it stands: in a path, a header field or a message to a person. Pure."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from crossfade.shadow.evidence.redact import Redactor

MAX_KNOWN = 10_000
"""Of more secrets the one that was not seen for longest is forgotten."""
_LEAST_CHARS, _MOST_CHARS = 6, 4096
_LONG_CHARS = 20
_PLAIN_WORD = re.compile(r"[^\W\d_]+")  # a value of letters alone may be a word that means something elsewhere
_TOKEN = re.compile(rf"[^\s\"'<>,;:()\[\]{{}}=&/?#|\\]{{{_LEAST_CHARS},}}")
_BEGINNING = re.compile(r"(?<!\w)(?=\S)")
_ENDING = re.compile(r"(?!\w)")


class RememberingRedactor(Redactor):
    """Gives what was hidden once, under a secret name or by a pattern, the same pseudonym where nothing names it.

    Only values of at least 6 characters that are not a short word are known again: others would be found by chance.
    A very long one would take too much memory.
    """

    def __init__(
        self, key: bytes, *, names: Iterable[str] = (), patterns: Iterable[str] = (), fields: Iterable[str] = ()
    ) -> None:
        """As ``Redactor``."""
        super().__init__(key, names=names, patterns=patterns, fields=fields)
        self._known: OrderedDict[str, str] = OrderedDict()
        self._parted: dict[str, list[str]] = {}  # by how they begin: what is known and is no single token
        self._made: set[str] = set()
        self.learnt = 0
        """How many secrets were new; it only grows."""
        self.scrambles = 0
        """How often bytes became others; who wants to know resets it."""

    def pseudonym(self, text: str) -> str:
        """As ``Redactor``, and remembered."""
        return self._note(text, super().pseudonym(text))

    def number(self, text: str) -> str:
        """As ``Redactor``, and remembered."""
        return self._note(text, super().number(text))

    def text(self, text: str) -> str:
        """As ``Redactor``; what is known is hidden too, as a whole text or within it between what is no word."""
        whole = self._known.get(text)
        if whole is not None:
            return whole
        return "".join(self._pieces(text)) if self._parted else self._words(text)

    def scrambled(self, data: bytes) -> bytes:
        """As ``Redactor``, and counted."""
        self.scrambles += bool(data)
        return super().scrambled(data)

    def path_segment(self, segment: str) -> str:
        """A segment of a path that is secret as a whole."""
        return quote(self.pseudonym(unquote(segment)), safe="", errors="surrogatepass")

    def _pieces(self, text: str) -> Iterator[str]:
        """A text with what is known and is no single token replaced: a password with ``&``, base64 with ``/``."""
        done = 0
        for beginning in _BEGINNING.finditer(text):
            at = beginning.start()
            parted = self._parted.get(text[at : at + _LEAST_CHARS], ()) if at >= done else ()
            here = [value for value in parted if text.startswith(value, at) and _ENDING.match(text, at + len(value))]
            if here:
                value = max(here, key=len)
                yield self._words(text[done:at])
                yield self._known[value]
                done = at + len(value)
        yield self._words(text[done:])

    def _words(self, text: str) -> str:
        hidden = super().text(text)
        return _TOKEN.sub(self._word, hidden) if self._known else hidden

    def _word(self, match: re.Match[str]) -> str:
        word = match[0].rstrip(".!")
        hidden = None if word in self._made else self._known.get(word)
        return match[0] if hidden is None else hidden + match[0][len(word) :]

    def _note(self, text: str, hidden: str) -> str:
        if hidden == text or not _can_be_known(text):
            return hidden
        if text in self._known:
            self._known.move_to_end(text)
            return hidden
        self._known[text] = hidden
        self._made.add(hidden)
        self.learnt += 1
        if _is_parted(text):
            self._parted.setdefault(text[:_LEAST_CHARS], []).append(text)
        if len(self._known) > MAX_KNOWN:
            self._forget(*self._known.popitem(last=False))
        return hidden

    def _forget(self, text: str, hidden: str) -> None:
        self._made.discard(hidden)
        if _is_parted(text):
            self._parted[text[:_LEAST_CHARS]].remove(text)
            if not self._parted[text[:_LEAST_CHARS]]:
                del self._parted[text[:_LEAST_CHARS]]


def _is_parted(text: str) -> bool:
    """Whether it is more than one token, and not some short words, which would be found by chance."""
    is_words = len(text) < _LONG_CHARS and all(part.isalpha() for part in text.split())
    return not is_words and _TOKEN.fullmatch(text) is None


def _can_be_known(text: str) -> bool:
    if not _LEAST_CHARS <= len(text) <= _MOST_CHARS:
        return False
    return len(text) >= _LONG_CHARS or not _PLAIN_WORD.fullmatch(text)
