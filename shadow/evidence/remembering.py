"""A redactor that knows a secret again wherever it stands: in a path, a header field or a message to a person. Pure."""

import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import quote, unquote

from crossfade.shadow.evidence.redact import Redactor, scheme_chars
from crossfade.shadow.exchange.difference import Difference

MAX_KNOWN, MAX_KNOWN_CHARS = 10_000, 4_000_000
"""Of more secrets, or longer ones together, those that were not seen for longest are forgotten."""
_LEAST_CHARS, _MOST_CHARS = 6, 4096
_LONG_CHARS = 20
_CUT_CHARS = 12
"""What stands at the end of a text and is the beginning of a secret, so long or longer, is a secret that was cut."""
_PLAIN_WORD = re.compile(r"[^\W\d_]+")  # a value of letters alone may be a word that means something elsewhere
_BEGINNING = re.compile(r"(?<![^\W_])(?=\S)")
_ENDING = re.compile(r"(?![^\W_])")
_CODED = re.compile(r"[^\s\"'<>&=?/]*%[0-9A-Fa-f]{2}[^\s\"'<>&=?/]*")
"""Part of a URL with an escape in it (RFC 3986 2.1)."""


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
        self._known: OrderedDict[str, str | None] = OrderedDict()  # with the pseudonyms that were needed so far
        self._known_chars = 0
        # By how they begin: how long what is known is that may stand within a text. Many tokens begin alike.
        self._starts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._made: set[str] = set()
        self._log: deque[str] = deque(maxlen=MAX_KNOWN)
        self.scrambles = 0
        """How often bytes became others; who wants to know resets it."""

    def notice(self, text: str) -> None:
        """Remembers a secret of which no pseudonym is needed now."""
        self._note(text, None)

    def knows(self, text: str) -> bool:
        """Whether it is known."""
        return text in self._known

    def learnt_since(self, learnt: int) -> tuple[str, ...]:
        """What was learnt since so much was, at most the newest ``MAX_KNOWN``."""
        return tuple(islice(self._log, max(0, len(self._log) - (self.learnt - learnt)), None))

    def pseudonym(self, text: str) -> str:
        """As ``Redactor``, and remembered: of a credential what is behind its scheme."""
        hidden, start = super().pseudonym(text), scheme_chars(text)
        self._note(text[start:], hidden[start:])
        return hidden

    def number(self, text: str) -> str:
        """As ``Redactor``, and remembered."""
        hidden = super().number(text)
        self._note(text, hidden)
        return hidden

    def text(self, text: str) -> str:
        """As ``Redactor``; what is known is hidden too, as a whole text or within it between what is no word."""
        if text in self._known:
            return self._hidden_for(text)
        if not self._starts:
            return super().text(text)
        return "".join(self._pieces(_CODED.sub(self._coded, text) if "%" in text else text))

    def shows(self, difference: Difference, word: str) -> bool:
        """As ``Redactor``; no word that is known as a secret."""
        return word not in self._known and super().shows(difference, word)

    def scrambled(self, data: bytes) -> bytes:
        """As ``Redactor``, and counted."""
        self.scrambles += bool(data)
        return super().scrambled(data)

    def path_segment(self, segment: str) -> str:
        """A segment of a path that is secret as a whole."""
        return quote(self.pseudonym(unquote(segment)), safe="", errors="surrogatepass")

    def _coded(self, match: re.Match[str]) -> str:
        """A part of a URL that holds what is known behind escapes."""
        plain = unquote(match[0])
        hidden = "".join(value if known else piece for piece, value, known in self._found(plain))
        return match[0] if hidden == plain else quote(hidden, safe="", errors="surrogatepass")

    def _pieces(self, text: str) -> Iterator[str]:
        """What is known as its pseudonym, and what is between by the rules."""
        return (
            value if known else super(RememberingRedactor, self).text(piece)
            for piece, value, known in self._found(text)
        )

    def _found(self, text: str) -> Iterator[tuple[str, str, bool]]:
        """The text in pieces: each with what stands for it, and whether it is known."""
        done = 0
        for beginning in _BEGINNING.finditer(text):
            at = beginning.start()
            if at < done or (lengths := self._starts.get(text[at : at + _LEAST_CHARS])) is None:
                continue
            value = self._at(text, at, lengths)
            if value is not None:
                end = min(at + len(value), len(text))
                yield text[done:at], "", False
                yield text[at:end], self._hidden_for(value)[: end - at], True
                done = end
        yield text[done:], "", False

    def _at(self, text: str, at: int, lengths: Iterable[int]) -> str | None:
        """The longest of these values that stands at a place, or that begins there where the text was cut."""
        for length in sorted(lengths, reverse=True):
            value = text[at : at + length]
            if value in self._known and _ENDING.match(text, at + length):
                return value
        left = len(text) - at
        is_cut = _CUT_CHARS <= left < max(lengths)
        return next((value for value in self._known if value.startswith(text[at:])), None) if is_cut else None

    def _hidden_for(self, text: str) -> str:
        """The pseudonym of what is known."""
        return self._known[text] or self.pseudonym(text)

    def _note(self, text: str, hidden: str | None) -> None:
        if hidden == text or not _can_be_known(text) or text in self._made:
            return
        is_new = text not in self._known
        self._known[text] = hidden or self._known.get(text)
        self._known.move_to_end(text)
        if hidden is not None:
            self._made.add(hidden)
        if is_new:
            self._learn(text)

    def _learn(self, text: str) -> None:
        self._known_chars += len(text)
        self.learnt += 1
        self._log.append(text)
        if not _are_words(text):
            self._starts[text[:_LEAST_CHARS]][len(text)] += 1
        while len(self._known) > MAX_KNOWN or self._known_chars > MAX_KNOWN_CHARS:
            self._forget(*self._known.popitem(last=False))

    def _forget(self, text: str, hidden: str | None) -> None:
        self._known_chars -= len(text)
        if hidden is not None:
            self._made.discard(hidden)
        if not _are_words(text):
            lengths = self._starts[text[:_LEAST_CHARS]]
            lengths[len(text)] -= 1
            if not lengths[len(text)]:
                del lengths[len(text)]
            if not lengths:
                del self._starts[text[:_LEAST_CHARS]]


def _are_words(text: str) -> bool:
    """Some short words, which would be found by chance within a text."""
    return len(text) < _LONG_CHARS and all(part.isalpha() for part in text.split())


def _can_be_known(text: str) -> bool:
    if not _LEAST_CHARS <= len(text) <= _MOST_CHARS:
        return False
    return len(text) >= _LONG_CHARS or not _PLAIN_WORD.fullmatch(text)
