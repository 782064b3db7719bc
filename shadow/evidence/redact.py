"""Pseudonyms before anything is stored: keyed, of the same length and format, equal for equal values."""

import hashlib
import hmac
import itertools
import json
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol
from urllib.parse import quote, unquote

from crossfade.shadow.compare.headers import COOKIE_ATTRIBUTES
from crossfade.shadow.compare.render import ABSENT, each_moved
from crossfade.shadow.evidence.json_text import redact_json
from crossfade.shadow.evidence.markup import looks_like_markup, redact_markup
from crossfade.shadow.evidence.path_names import is_cookie
from crossfade.shadow.evidence.patterns import ITS_VALUE, LINE, NAMED, QUOTED_NAME
from crossfade.shadow.evidence.records import StoredExample
from crossfade.shadow.evidence.samples import is_free, redact_sample
from crossfade.shadow.evidence.secrecy import Secrecy, is_hidden
from crossfade.shadow.evidence.words import cut_text, redact_word
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.exchange.observations import Example, RequestSample

_NUMBER = re.compile(r"(-?)(\d)(\d*(?:\.\d*)?)(.*)", re.DOTALL)
_ONLY_DIGITS = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_BYTES = re.compile(r"([0-9a-f]*)( \(\d+ bytes\)|…)")  # as bytes are rendered
# Words for no value, or for one of two: hiding them would hide a type, not a secret.
_NO_SECRETS = frozenset({"", "null", "none", "nil", "undefined", "true", "false"})
_SCHEME = re.compile(r"(?i:bearer|basic)\s+(?=\S)")  # RFC 6750, RFC 7617
_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


class Examples(Protocol):
    """What makes an example storable."""

    def example(self, example: Example) -> StoredExample:
        """An example that may be stored."""


class Unchanged:
    """For examples that were redacted before."""

    def example(self, example: Example) -> StoredExample:
        """The example as it is; nobody kept which of its values are pseudonyms."""
        return StoredExample(
            comparison_id=example.comparison_id,
            path=example.path,
            legacy=example.legacy,
            candidate=example.candidate,
            request=replace(example.request, unread=(), redacted=("what the recording hid, if anything",)),
        )


class Redactor:
    """Replaces what must not be stored, by the rules of its ``secrecy``."""

    def __init__(
        self, key: bytes, *, names: Iterable[str] = (), patterns: Iterable[str] = (), fields: Iterable[str] = ()
    ) -> None:
        """The rules as those of ``Secrecy``. Raises: EvidenceError: a pattern is not a regular expression."""
        self._key = key
        self.secrecy = Secrecy(names=names, patterns=patterns, fields=fields)
        self.is_secret = self.secrecy.is_secret
        self.learnt = 0
        """How many secrets were new to a redactor that remembers them; it only grows."""

    def pseudonym(self, text: str) -> str:
        """Another text of the same format: letters for letters of the same case, digits for digits, the rest kept.

        The word of a scheme in front (``Bearer``, ``Basic``) stays too: it is no secret, and may be what differs. So do
        ``true``, ``None`` and the like; a text of digits gets the digits that it would get as a number.
        """
        if text.lower() in _NO_SECRETS:
            return text
        if _ONLY_DIGITS.fullmatch(text):
            return self.number(text)
        start = scheme_chars(text)
        stream = self._stream(text[start:])
        return text[:start] + "".join(_replaced(char, stream) for char in text[start:])

    def number(self, text: str) -> str:
        """Another number of as many digits: sign, point, exponent and a leading zero stay, so it is a number again."""
        match = _NUMBER.fullmatch(text)
        if match is None:
            return self.pseudonym(text)
        sign, first, digits, exponent = match.groups()
        stream = self._stream(text)
        leading = first if first == "0" else "123456789"[next(stream) % 9]
        return sign + leading + "".join(_replaced(char, stream) for char in digits) + exponent

    def scrambled(self, data: bytes) -> bytes:
        """Other bytes, as many: for what is not text."""
        return hashlib.shake_256(self._key + data).digest(len(data))

    def digest(self, data: bytes) -> str:
        """32 hex digits, keyed: what was short or guessable can't be found by trying."""
        return hmac.digest(self._key, b"digest" + data, hashlib.sha256)[:16].hex()

    def value(self, text: str, name: str) -> str:
        """What may be stored of a ``text`` that was found under ``name``."""
        return self.pseudonym(text) if self.is_secret(name) else self._structure(text)

    def text(self, text: str) -> str:
        """Free text with each match of a pattern replaced, and each value that it gives a secret name."""
        for named in NAMED:
            if named.may_match(text):
                text = named.regex.sub(self._named, text)
        for pattern in self.secrecy.patterns:
            if pattern.may_match(text):
                text = pattern.regex.sub(self._match, text)
        return text

    def members(self, text: str) -> str:
        """A text that may be JSON or markup, or hold some: then names in it also decide what to hide.

        In a text that is neither as a whole, a list or an object under a secret name is hidden to the end of the text:
        nothing shows where it ends.
        """
        if looks_like_markup(text):
            return redact_markup(text, self)
        if '"' not in text or ":" not in text:
            return self.text(text)
        return redact_json(text, self) if text[0] in "{[" and _is_json(text) else self._loose_members(text)

    def _loose_members(self, text: str) -> str:
        done, at = [], 0
        for name in QUOTED_NAME.finditer(text):
            if name.start() < at or not self.is_secret(name[1]):
                continue
            if value := ITS_VALUE.match(text, name.end()):
                start, end = value.span(value.lastindex or 0)
                done += [text[at:start], self.pseudonym(text[start:end])]
                at = end
        return self.text("".join([*done, text[at:]]))

    def shows(self, difference: Difference, word: str) -> bool:
        """As ``Secrecy``."""
        return self.secrecy.shows(difference, word)

    def example(self, example: Example) -> StoredExample:
        """An example that may be stored."""
        legacy, candidate = self._sides(example)
        return StoredExample(
            comparison_id=example.comparison_id,
            path=self.text(example.path),
            legacy=legacy,
            candidate=candidate,
            request=self._request(example.request),
        )

    def _sides(self, example: Example) -> tuple[str, str]:
        if is_cookie(example.path):
            keep = self._cookie
        elif self.secrecy.is_secret_place(example.path, example.owner):
            keep = self._hidden
        elif example.context is None:
            keep = self._shown
        else:
            ours, theirs = example.context
            return redact_word(example.legacy, ours, self), redact_word(example.candidate, theirs, self)
        if example.fingerprint.kind == Kind.ORDER:
            keep = partial(each_moved, keep)
        return keep(example.legacy), keep(example.candidate)

    def _shown(self, text: str) -> str:
        if text == ABSENT:
            return text
        raw = _BYTES.fullmatch(text)
        if raw is None:
            return self._structure(text)
        return text if is_free(bytes.fromhex(raw[1][: len(raw[1]) // 2 * 2]), self) else self._hidden(text)

    def _hidden(self, text: str) -> str:
        """A whole value; its format can still be seen, and whether it is there."""
        if text == ABSENT:
            return text
        if _is_json(text):
            return redact_json(text, self, secret=True)
        if looks_like_markup(text):
            return redact_markup(text, self, secret=True)
        raw = _BYTES.fullmatch(text)
        return self.pseudonym(text) if raw is None else self.pseudonym(raw[1]) + raw[2]

    def _cookie(self, text: str) -> str:
        """A whole cookie as it is compared: all but its attributes is hidden."""
        if not _is_json(text):
            return self._hidden(text)
        return redact_json(text, _CookieHiding(self))

    def _request(self, request: RequestSample) -> RequestSample:
        return redact_sample(request, self)

    def target(self, target: str) -> str:
        """A path with its query: segments by patterns, pairs of the query also by their names."""
        path, mark, query = target.partition("?")
        pairs = [self.query_pair(pair) for pair in query.split("&")]
        return "/".join(self._segment(part) for part in path.split("/")) + mark + "&".join(pairs)

    def _segment(self, part: str) -> str:
        plain = unquote(part)
        return _coded(part, plain, self.text(plain))

    def query_pair(self, pair: str) -> str:
        """``name=value`` of a query or a form; left as it is written where nothing is hidden."""
        name, mark, value = pair.partition("=")
        read_name, read = (unquote(part.replace("+", " ")) for part in (name, value))
        hidden_name, hidden = self.text(read_name), self.value(read, read_name)
        return _coded(name, read_name, hidden_name) + mark + _coded(value, read, hidden)

    def body(self, body: str) -> str:
        """A form pair by pair; anything else as JSON, or as far as it is JSON, also in UTF-16."""
        if "\0" in body and not is_free(body.encode("utf-8", "surrogatepass"), self):
            return self.pseudonym(body)
        if "=" in body and not body.lstrip().startswith(("{", "[", "<", '"', "--")):
            return "&".join(self.query_pair(pair) for pair in body.split("&"))
        return self.lines(self._structure(body))

    def lines(self, text: str) -> str:
        """A text with the values of lines like ``password: hunter2`` replaced."""
        return LINE.regex.sub(self._named, text) if LINE.may_match(text) else text

    def _structure(self, text: str) -> str:
        """JSON piece by piece, the very text where nothing is hidden; any other text by names and patterns."""
        if _is_json(text):
            return redact_json(text, self)
        if text[:1] == '"' and (plain := cut_text(text)) is not None:
            hidden = self.members(plain)
            return text if hidden == plain else f"{json.dumps(hidden, ensure_ascii=False)[:-1]}…"
        return self.members(text)

    def _named(self, match: re.Match[str]) -> str:
        value = match["value"]
        hide = bool(value) and self.is_secret(unquote(match["name"]))
        return match[0].removesuffix(value) + self.pseudonym(value) if hide else match[0]

    def _match(self, match: re.Match[str]) -> str:
        return self.pseudonym(match[0]) if is_hidden(match) else match[0]

    def _stream(self, text: str) -> Iterator[int]:
        seed = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        for counter in itertools.count():
            yield from hmac.digest(self._key, seed + counter.to_bytes(8, "big"), hashlib.sha256)


class _CookieHiding:
    """Hides in an object what is no attribute of a cookie."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self.pseudonym, self.number = redactor.pseudonym, redactor.number
        self.text, self.members = redactor.text, redactor.members

    def is_secret(self, name: str) -> bool:
        """Whether this is the value, or an attribute that nobody knows."""
        return name not in COOKIE_ATTRIBUTES


def scheme_chars(text: str) -> int:
    """How long the scheme in front of a credential is, 0 where there is none."""
    scheme = _SCHEME.match(text)
    return scheme.end() if scheme else 0


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _coded(part: str, plain: str, hidden: str) -> str:
    """A part of a target as it came where nothing of it is hidden."""
    return part if hidden == plain else quote(hidden, safe="", errors="surrogatepass")


def _replaced(char: str, stream: Iterator[int]) -> str:
    for alphabet in _ALPHABETS:
        if char in alphabet:
            return alphabet[next(stream) % len(alphabet)]
    return char if char.isascii() or not char.isalnum() else "x"
