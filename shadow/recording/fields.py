"""Header fields and trailers with some values replaced: a cookie keeps its name, a credential its scheme. Pure."""

import base64
from collections.abc import Callable
from urllib.parse import quote, unquote

from google.protobuf.message import DecodeError
from google.rpc import status_pb2

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import decode_binary
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Headers
from crossfade.shadow.recording.wire import WireRedactor

_TARGETS = frozenset({"location", "content-location", "referer"})
_SCHEMES = frozenset({"basic", "bearer", "digest", "dpop", "hmac", "negotiate", "token"})  # RFC 9110 11.1
_UNESCAPED = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")  # grpc/doc/PROTOCOL-HTTP2.md: Percent-Encoded


class FieldRedactor:
    """Rewrites the values of header fields by their names."""

    def __init__(self, redactor: Redactor, wire: WireRedactor) -> None:
        self._redactor = redactor
        self._wire = wire
        self._special: dict[str, Callable[[str], str]] = {
            "set-cookie": self._set_cookie,
            "cookie": self._cookies,
            "authorization": self._credentials,
            "proxy-authorization": self._credentials,
            "grpc-message": self._message,
            "grpc-status-details-bin": self._details,
            **dict.fromkeys(_TARGETS, redactor.target),
        }

    def headers(self, headers: Headers) -> Headers:
        """The fields in their order, with what must not be stored replaced."""
        return tuple((name, self._value(name.lower(), value)) for name, value in headers)

    def _value(self, name: str, value: str) -> str:
        if special := self._special.get(name):
            return special(value)
        secret = self._redactor.is_secret(name)
        if name.endswith("-bin"):
            return ",".join(self._binary(part, secret=secret) for part in value.split(","))
        return self._redactor.pseudonym(value) if secret else self._redactor.members(value)

    def _set_cookie(self, value: str) -> str:
        pair, mark, attributes = value.partition(";")
        return self._cookie(pair) + mark + self._redactor.members(attributes)

    def _cookies(self, value: str) -> str:
        return ";".join(map(self._cookie, value.split(";")))

    def _cookie(self, pair: str) -> str:
        name, mark, value = pair.partition("=")
        return name + mark + self._redactor.pseudonym(value) if mark else self._redactor.pseudonym(pair)

    def _credentials(self, value: str) -> str:
        scheme, mark, rest = value.partition(" ")
        if mark and scheme.lower() in _SCHEMES:
            return f"{scheme} {self._redactor.pseudonym(rest)}"
        return self._redactor.pseudonym(value)

    def _message(self, value: str) -> str:
        plain = unquote(value)
        hidden = self._redactor.members(plain)
        return value if hidden == plain else quote(hidden, safe=_UNESCAPED)

    def _details(self, value: str) -> str:
        try:
            data = decode_binary(value)
            status_pb2.Status.FromString(data)
            hidden = self._wire.message(data, status_pb2.Status.DESCRIPTOR)
        except (UndecodableError, DecodeError):
            return self._redactor.pseudonym(value)
        return value if hidden == data else _base64(hidden)

    def _binary(self, part: str, *, secret: bool) -> str:
        try:
            data = decode_binary(part)
        except UndecodableError:
            return self._redactor.pseudonym(part)
        hidden = self._wire.binary(data, secret=secret)
        return part if hidden == data else _base64(hidden)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode()
