"""What the two protocol clients share: the address, the request being sent, the answer being read, the errors."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import Framing, cost_bytes
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Answer, FailureReason, Headers, header_values
from crossfade.shadow.exchange.body import BodyCopy

_PAUSE_BYTES = 1_048_576
"""A side that sends messages faster than they are compared is not read beyond this."""

_REWIND_BYTES = 65_536
_REWIND_PARTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an upstream listens; ``tls`` is None for plaintext."""

    host: str
    port: int
    tls: ssl.SSLContext | None


class SideFailedError(Exception):
    """The side gave no complete answer; ``detail`` is one line without payload."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class RequestParts:
    """The body of a request that is still coming: parts are put in here and taken out by a client.

    The first parts are kept, so that a request that a server refused to begin with can be sent to it anew.
    """

    def __init__(self) -> None:
        self.trailers: Headers = ()
        self.waiting_bytes = 0
        self._parts: deque[bytes] = deque()
        self._taken: list[bytes] | None = []
        self._ended = False
        self._changed = asyncio.Event()

    def copy(self) -> "RequestParts":
        """Another one with the parts that wait in this one."""
        other = RequestParts()
        for part in self._parts:
            other.put(part)
        return other

    def put(self, data: bytes) -> None:
        """Adds a part."""
        self._parts.append(data)
        self.waiting_bytes += len(data)
        self._changed.set()

    def end(self, trailers: Headers = ()) -> None:
        """Nothing more will come."""
        self.trailers = trailers
        self._ended = True
        self._changed.set()

    async def take(self) -> bytes | None:
        """The next part; None at the end."""
        while not self._parts:
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        part = self._parts.popleft()
        self.waiting_bytes -= len(part)
        if self._taken is not None:
            self._taken.append(part)
            if sum(map(len, self._taken)) > _REWIND_BYTES or len(self._taken) > _REWIND_PARTS:
                self._taken = None
        return part

    def rewind(self) -> bool:
        """Makes all parts be taken again; False where they are no longer known."""
        if self._taken is None:
            return False
        self._parts.extendleft(reversed(self._taken))
        self.waiting_bytes += sum(map(len, self._taken))
        self._taken = []
        return True


class AnswerInProgress:
    """Collects an answer as its parts arrive: its body up to a limit, or, where it is a stream, its messages.

    ``framing_of`` gives the framing of an answer that begins with these header fields, or None where it is no stream.
    Of a stream's messages the first ``copy_bytes`` are kept as the body; where it goes on, the answer is truncated.
    """

    def __init__(
        self,
        *,
        limit_bytes: int,
        framing_of: Callable[[Headers], Framing | None] = lambda _: None,
        copy_bytes: int = 0,
    ) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.messages: deque[bytes] = deque()
        self.is_stream = False
        self.was_stream = False
        self.changed = asyncio.Event()
        self.sent_at = time.perf_counter()
        self.undecodable: UndecodableError | None = None
        self.on_begin: Callable[[], None] = _nothing
        self.on_room: Callable[[], None] = _nothing
        self.on_overlong: Callable[[], object] = _nothing
        self._trailers: Headers = ()
        self._framing_of = framing_of
        self._framing: Framing | None = None
        self._body = BodyCopy(limit_bytes)
        self._copy_bytes = copy_bytes
        self._copy = bytearray()
        self._copy_is_cut = False
        self._waiting_bytes = 0
        self._stop_past_bytes: int | None = None

    def begin(self, status: int, headers: Headers) -> None:
        """Takes the status and the header fields."""
        self.status, self.headers = status, headers
        self._framing = self._framing_of(headers)
        self.is_stream = self._framing is not None
        self.on_begin()
        self.changed.set()

    def add(self, data: bytes) -> None:
        """Takes body bytes."""
        if self._framing is None:
            self._body.take(data)
        elif self.undecodable is None:
            self._cut(lambda framing: framing.feed(data))

    def end(self, trailers: Headers = ()) -> Answer:
        """The answer, with the time since the request was sent; of a stream without its messages."""
        self._trailers = trailers
        if self._framing is not None and self.undecodable is None:
            self._cut(lambda framing: framing.end())
        self.changed.set()
        return self.answer()

    def answer(self) -> Answer:
        """The answer as far as it has come."""
        return Answer(
            status=self.status,
            headers=self.headers,
            body=bytes(self._copy if self.is_stream else self._body.data),
            truncated=self._copy_is_cut or self._body.truncated,
            trailers=self._trailers,
            latency_ms=(time.perf_counter() - self.sent_at) * 1000,
            windows=self._body.windows(),
        )

    def let_go(self) -> None:
        """Nothing more comes: what calls back holds this, and a circle would keep its bytes until it is collected."""
        self.on_begin = self.on_room = self.on_overlong = _nothing

    def as_body(self) -> None:
        """Goes on as a body, the messages that nobody has taken included: where legacy's answer is no stream."""
        if self._framing is None:
            return
        for part in (*map(self._framing.join, self.messages), self._framing.rest()):
            self._body.take(part)
        self.messages.clear()
        self._framing, self.is_stream, self.was_stream, self._waiting_bytes = None, False, True, 0
        self.on_room()

    def stop_past(self, size_bytes: int, *, times: int) -> None:
        """Does not read a body beyond so many times this size; one that says its own length is read to the limit."""
        self._stop_past_bytes = times * size_bytes
        if self.is_overlong:
            self.on_overlong()

    @property
    def is_overlong(self) -> bool:
        """Whether it is longer than it is read: the client that reads it ends it."""
        read = self._body.size_bytes
        if self._stop_past_bytes is None or read <= self._stop_past_bytes:
            return False
        return read > self._body.limit_bytes or not header_values(self.headers, "content-length")

    @property
    def waiting_bytes(self) -> int:
        """What the messages cost that nobody has taken yet."""
        return self._waiting_bytes

    def take_messages(self) -> tuple[bytes, ...]:
        """The messages that have come since the last call; makes room for more."""
        taken = tuple(self.messages)
        self.messages.clear()
        was_full = not self.has_room()
        self._waiting_bytes = 0
        if was_full:
            self.on_room()
        return taken

    def has_room(self) -> bool:
        """Whether more is to be read now; ``on_room`` is called when that becomes so again."""
        return self._waiting_bytes < _PAUSE_BYTES and not self.is_overlong

    def _cut(self, cut: Callable[[Framing], tuple[bytes, ...]]) -> None:
        if self._framing is None:
            return
        try:
            found = cut(self._framing)
        except UndecodableError as error:
            self.undecodable = error
            found = ()
        self.messages.extend(found)
        if self._copy_bytes:
            self._keep(map(self._framing.join, found))
        self._waiting_bytes += sum(map(cost_bytes, found))
        self.changed.set()

    def _keep(self, parts: Iterable[bytes]) -> None:
        for part in parts:
            self._copy_is_cut = self._copy_is_cut or len(self._copy) + len(part) > self._copy_bytes
            if self._copy_is_cut:
                return
            self._copy += part


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files: ``ca`` verifies the server (else the system's roots do), ``cert`` and its key are shown to it."""

    ca: Path | None = None
    cert: Path | None = None


def address_of(url: str, alpn: str, files: TlsFiles = TlsFiles()) -> Address:
    """The address of ``http(s)://host:port``. Raises: ShadowError: a certificate that can't be read."""
    parts = urlsplit(url)
    tls = None
    if parts.scheme == "https":
        try:
            tls = ssl.create_default_context(cafile=files.ca)
            # Python 3.13 sets it; the engine, which verifies legacy, does not, and many a private CA would fail it
            tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if files.cert is not None:
                tls.load_cert_chain(files.cert)
        except (OSError, ssl.SSLError) as error:
            names = " and ".join(str(path) for path in (files.ca, files.cert) if path)
            raise ShadowError(f"{names}: expected PEM that is valid for {url}, got {error}") from None
        tls.set_alpn_protocols([alpn])
    return Address(host=parts.hostname or "", port=parts.port or 0, tls=tls)
