"""Shows a redactor the credentials in what passes, so that it knows them again wherever they stand. Pure.

Looked at is what tells by its name: header fields, cookies, queries, and members and fields of bodies. Bodies are read
only where such a name is in them.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.exchanges import credentials
from crossfade.shadow.bindings.memory import Seen
from crossfade.shadow.bindings.messages import message_type
from crossfade.shadow.bindings.shapes import is_time
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request
from crossfade.shadow.recording.bodies import redact_body
from crossfade.shadow.recording.wire import WireRedactor

MAX_LOOKED_AT_BYTES = 65_536
"""Of a longer body its beginning is looked at: an answer to a login is short."""
_MAX_SEEN = 20_000
_BASIC = "basic"
_MEMBER = re.compile(r'"([^"\\]{1,100})"\s*+:\s*+(?:"([^"\\]{0,4096}+)(["\\])|([\[{])|(-?\d{6,}))')
_JSON = frozenset({Form.JSON, Form.DOCUMENTS, Form.LINES, Form.EVENTS})
_LOOSE = frozenset({"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Value"})


class Noticing:
    """Looks at requests and answers for one redactor."""

    def __init__(self, redactor: RememberingRedactor | None, contract: Contract | None) -> None:
        """Without a redactor, where nothing is stored, nothing is looked at."""
        self._redactor = redactor
        self._contract = contract
        self._seen = Seen(_MAX_SEEN)
        self._naming: dict[str, bool] = {}
        self._told = (0, 0)

    def comparison(self, comparison: Comparison) -> None:
        """Looks at a request and all answers to it."""
        request, again = comparison.request, comparison.again
        self.request(request, comparison.route)
        self.reply(request, comparison.legacy)
        self.reply(request, comparison.candidate)
        self.reply(request, comparison.secondary)
        for reply in () if again is None else (again.candidate, again.secondary, again.later):
            self.reply(request, reply)

    def request(self, request: Request, route: str = "") -> None:
        """Looks at a request as a side gets it; ``route`` may give parts of its path a name."""
        if self._redactor is None:
            return
        self.values(credentials(request))
        self._fields(request.headers)
        self._target(request.target, route)
        self._body(request, request.headers, request.body, is_answer=False)

    def reply(self, request: Request, reply: Reply | None) -> None:
        """Looks at what a side answered to a request."""
        if self._redactor is None or not isinstance(reply, Answer):
            return
        self._fields(reply.headers)
        self._fields(reply.trailers)
        self._body(request, reply.headers, reply.body, is_answer=True)

    def new_to(self, pid: int) -> tuple[str, ...]:
        """What was learnt since another process was told the last time; one that was never told has all of it to know.

        At most what the redactor remembers.
        """
        if self._redactor is None:
            return ()
        told_pid, learnt = self._told
        self._told = pid, self._redactor.learnt
        return self._redactor.learnt_since(learnt if pid == told_pid else 0)

    def values(self, values: Iterable[str]) -> None:
        """Takes in values that are credentials for sure."""
        if self._redactor is None:
            return
        for value in values:
            if self._redactor.knows(value) or not (is_time(value) or "://" in value):
                self._redactor.notice(value)

    def field(self, name: str, value: str, *, is_secret: bool = False) -> None:
        """Looks at one header field; ``is_secret``: whatever it is called."""
        if is_secret or self._is_credential(name):
            self.values(_credentials_in(name.lower(), value))
        elif "=" in value and "?" in value:
            self._target(value)

    def _is_credential(self, name: str) -> bool:
        return self._redactor is not None and self._redactor.secrecy.is_credential(name)

    def _fields(self, headers: Headers) -> None:
        for name, value in headers:
            self.field(name, value)

    def _target(self, target: str, route: str = "") -> None:
        path, mark, query = target.partition("?")
        if mark and "=" in query:
            pairs = (pair.partition("=") for pair in query.partition("#")[0].split("&"))
            self.values(unquote_plus(value) for name, _, value in pairs if self._is_credential(unquote_plus(name)))
        if "{" in route:
            names, segments = route.partition(" ")[2].split("/"), path.split("/")
            named = zip(names, segments, strict=False) if len(names) == len(segments) else ()
            self.values(
                unquote(segment) for name, segment in named if name[:1] == "{" and self._is_credential(name.strip("{}"))
            )

    def _body(self, request: Request, headers: Headers, body: bytes, *, is_answer: bool) -> None:
        if not body or (key := f"{hash(body)}") in self._seen:
            return
        self._seen.add((key,))
        try:
            if request.protocol is Protocol.GRPC:
                self._messages(request, headers, body, is_answer=is_answer)
            else:
                self._text(headers, body)
        except UndecodableError:
            return  # of what can't be read nothing but its length is stored, or what else is read of it

    def _text(self, headers: Headers, body: bytes) -> None:
        """Raises: UndecodableError."""
        plain = plain_body(headers, body)[:MAX_LOOKED_AT_BYTES]
        if self._redactor is None or not self._names_one(plain):
            return
        if form_of(*media_type(headers)) in _JSON and self._members(plain.decode("utf-8", "replace")):
            return
        whole = tuple((name, value) for name, value in headers if name.lower() != "content-encoding")
        redact_body(whole, plain, self._redactor)  # it remembers what it hides

    def _names_one(self, plain: bytes) -> bool:
        """Whether a name of a credential is in a body, as names are compared."""
        if self._redactor is None:
            return False
        words = plain.lower().translate(None, b"-_").decode("utf-8", "replace")
        return any(name in words for name in self._redactor.secrecy.credentials)

    def _members(self, text: str) -> bool:
        """Takes in members of JSON with such a name; False where one may hold more than a plain text or a number."""
        found = []
        if '\\"' in text:
            return False
        for name, value, end, opened, number in _MEMBER.findall(text):
            if self._is_credential(name):
                if opened or end == "\\":
                    return False
                found.append(value or number)
        self.values(found)
        return True

    def _messages(self, request: Request, headers: Headers, body: bytes, *, is_answer: bool) -> None:
        """Raises: UndecodableError."""
        kind = message_type(request, self._contract, is_answer=is_answer)
        if kind is None or self._contract is None or self._redactor is None:
            return
        descriptor = self._contract.message_class(kind).DESCRIPTOR
        if self._may_name(descriptor):
            wire = WireRedactor(self._redactor, self._contract)
            for data in split_frames(body[:MAX_LOOKED_AT_BYTES], headers):
                wire.message(data, descriptor)

    def _may_name(self, descriptor: Any) -> bool:  # noqa: ANN401 - upb's classes
        """Whether a message, or one within it, has a field with the name of a credential, or any field at all."""
        name = descriptor.full_name
        if name not in self._naming:
            self._naming[name] = any(
                inner.full_name in _LOOSE or any(self._is_credential(field.name) for field in inner.fields)
                for inner in _within(descriptor)
            )
        return self._naming[name]


NOTHING_STORED = Noticing(None, None)


def _within(descriptor: Any) -> Iterator[Any]:  # noqa: ANN401 - upb's classes
    """A message's type and those of all messages in it."""
    left, seen = [descriptor], {descriptor.full_name}
    while left:
        yield (one := left.pop())
        for field in one.fields:
            inner = field.message_type
            if inner is not None and inner.full_name not in seen:
                seen.add(inner.full_name)
                left.append(inner)


def _credentials_in(name: str, value: str) -> Iterator[str]:
    """What lets one in, of a header field whose name says that it holds that."""
    if name == "cookie":
        yield from (text for pair in value.split(";") for text in _spellings(pair.partition("=")[2]))
    elif name == "set-cookie":
        yield from _spellings(value.partition(";")[0].partition("=")[2])
    else:
        scheme, mark, rest = value.partition(" ")
        yield rest if mark else value
        if scheme.lower() == _BASIC:
            yield from _login(rest)


def _spellings(cookie: str) -> Iterator[str]:
    """A cookie's value as it is sent, and as it was meant."""
    text = cookie.strip().strip('"')
    yield text
    if "%" in text:
        yield unquote(text)


def _login(coded: str) -> Iterator[str]:
    """The password of a login (RFC 7617)."""
    try:
        plain = b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return
    yield plain
    yield plain.partition(":")[2]
