"""Pseudonyms before anything is stored: keyed, of the same length and format, equal for equal values."""

import hashlib
import hmac
import itertools
import json
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote, unquote

from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.patterns import (
    CARD,
    ITS_VALUE,
    LINE,
    NAMED,
    NAMES,
    PATTERNS,
    QUOTED_NAME,
    Pattern,
    holds_secret,
    is_card,
    plain_name,
)
from crossfade.shadow.evidence.records import Example, RequestSample, StoredExample
from crossfade.shadow.evidence.samples import redact_sample

_MAX_NAMES, _MAX_NAME_CHARS = 10_000, 100  # remembered, because the same names come again and again
_NUMBER = re.compile(r"(-?)(\d)(\d*(?:\.\d*)?)(.*)", re.DOTALL)
_SCHEME = re.compile(r"(?i:bearer|basic)\s+(?=\S)")  # RFC 6750, RFC 7617
_NAMING, _NAMED = ("name", "key", "field", "path"), ("value", "values")
"""Members of JSON of which one names what the other is, as in RFC 6902."""
_ALPHABETS = (string.digits, string.ascii_lowercase, string.ascii_uppercase)


class Examples(Protocol):
    """What makes an example storable."""

    def example(self, example: Example) -> StoredExample:
        """An example as it may be stored."""


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
    """Replaces what must not be stored. ``fields`` are full names of fields with debug_redact."""

    def __init__(
        self, key: bytes, *, names: Iterable[str] = (), patterns: Iterable[str] = (), fields: Iterable[str] = ()
    ) -> None:
        """Raises: EvidenceError: a pattern is not a regular expression."""
        self._key = key
        own = [plain_name(name) for name in (*names, *(field.rpartition(".")[2] for field in fields))]
        self._names = (*NAMES, *(name for name in own if name))
        self._known_names: dict[str, bool] = {}
        try:
            self._patterns = (*PATTERNS, *(Pattern(re.compile(pattern)) for pattern in patterns))
        except re.error as error:
            raise EvidenceError(f"redact.patterns: expected regular expressions, got one with {error}") from None

    def pseudonym(self, text: str) -> str:
        """Another text of the same format: letters for letters of the same case, digits for digits, the rest kept.

        The word of a scheme in front (``Bearer``, ``Basic``) stays too: it is no secret, and may be what differs.
        """
        scheme = _SCHEME.match(text)
        start = scheme.end() if scheme else 0
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
        """``text`` as it may be stored, when it was found under ``name``."""
        return self.pseudonym(text) if self.is_secret(name) else self._structure(text)

    def text(self, text: str) -> str:
        """Free text with each match of a pattern replaced, and each value that it gives a secret name."""
        for named in NAMED:
            if named.may_match(text):
                text = named.regex.sub(self._named, text)
        for pattern in self._patterns:
            if pattern.may_match(text):
                text = pattern.regex.sub(self._match, text)
        return text

    def members(self, text: str) -> str:
        """Free text that may hold JSON too: names in quotes also say what to hide.

        A list or an object under a secret name is hidden to the end: where it ends can't be told.
        """
        if '"' not in text or ":" not in text:
            return self.text(text)
        done, at = [], 0
        for name in QUOTED_NAME.finditer(text):
            if name.start() < at or not self.is_secret(name[1]):
                continue
            if value := ITS_VALUE.match(text, name.end()):
                start, end = value.span(value.lastindex or 0)
                done += [text[at:start], self.pseudonym(text[start:end])]
                at = end
        return self.text("".join([*done, text[at:]]))

    def is_secret(self, name: str) -> bool:
        """Whether values under this name are replaced as a whole."""
        known = self._known_names.get(name)
        if known is None:
            known = holds_secret(name, self._names)
            if len(self._known_names) < _MAX_NAMES and len(name) <= _MAX_NAME_CHARS:
                self._known_names[name] = known
        return known

    def example(self, example: Example) -> StoredExample:
        """An example as it may be stored."""
        names = re.split(r"[/.\[\]]", example.path)
        secret = any(self.is_secret(name) for name in names)
        keep = self.pseudonym if secret else self._structure
        return StoredExample(
            comparison_id=example.comparison_id,
            path=self.text(example.path),
            legacy=keep(example.legacy),
            candidate=keep(example.candidate),
            request=self._request(example.request),
        )

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
        """A form pair by pair; anything else as JSON, or as far as it is JSON."""
        if "=" in body and not body.lstrip().startswith(("{", "[", "<", '"', "--")):
            return "&".join(self.query_pair(pair) for pair in body.split("&"))
        hidden = self._structure(body)
        return LINE.regex.sub(self._named, hidden) if LINE.may_match(hidden) else hidden

    def _structure(self, text: str) -> str:
        """JSON leaf by leaf, and to the byte as it is where nothing is hidden; any other text by names and patterns."""
        try:
            parsed = json.loads(text, object_pairs_hook=_once)
            if not isinstance(parsed, dict | list):
                return self.members(text)
            hidden = self._leaves(parsed, secret=False)
            return text if hidden == parsed else json.dumps(hidden, ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.members(text)

    def _leaves(self, value: Any, *, secret: bool) -> Any:  # noqa: ANN401 - what json gives
        if isinstance(value, dict):
            named = any(isinstance(name := value.get(key), str) and self.is_secret(name) for key in _NAMING)
            return {
                self.text(key): self._leaves(item, secret=secret or self.is_secret(key) or (named and key in _NAMED))
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._leaves(item, secret=secret) for item in value]
        if value is None or isinstance(value, bool):
            return value
        plain = str(value)
        hidden = self.pseudonym(plain) if secret else self._structure(plain)
        if hidden == plain:
            return value
        return int(hidden) if isinstance(value, int) else hidden

    def _named(self, match: re.Match[str]) -> str:
        value = match["value"]
        hide = bool(value) and self.is_secret(unquote(match["name"]))
        return match[0].removesuffix(value) + self.pseudonym(value) if hide else match[0]

    def _match(self, match: re.Match[str]) -> str:
        if match.re is CARD.regex and not is_card(match[0]):
            return match[0]
        return self.pseudonym(match[0])

    def _stream(self, text: str) -> Iterator[int]:
        seed = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        for counter in itertools.count():
            yield from hmac.digest(self._key, seed + counter.to_bytes(8, "big"), hashlib.sha256)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises: ValueError: a name comes twice, so that a dict would lose a value."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError
    return members


def _coded(part: str, plain: str, hidden: str) -> str:
    """A part of a target as it came where nothing of it is hidden."""
    return part if hidden == plain else quote(hidden, safe="", errors="surrogatepass")


def _replaced(char: str, stream: Iterator[int]) -> str:
    for alphabet in _ALPHABETS:
        if char in alphabet:
            return alphabet[next(stream) % len(alphabet)]
    return char if char.isascii() or not char.isalnum() else "x"
