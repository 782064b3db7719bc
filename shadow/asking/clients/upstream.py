"""One side behind one port: a bounded number of calls at a time, each with a deadline."""

import asyncio
import time
from collections.abc import Callable

from crossfade.shadow.asking.clients.address import TlsFiles, address_of
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http1 import Http1Client
from crossfade.shadow.asking.clients.http1_request import is_writable
from crossfade.shadow.asking.clients.http2 import Http2Client
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.compare.decode.framing import Framing
from crossfade.shadow.exchange import Failure, FailureReason, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.shadow_headers import shadow_headers


class Upstream:
    """Sends requests to one server; a failure is a value, never an exception."""

    def __init__(  # noqa: PLR0913 - one for each thing that differs between sides
        self,
        url: str,
        *,
        deadline_ms: int,
        body_limit_bytes: int,
        tls: TlsFiles = TlsFiles(),  # noqa: B008 - frozen
        fields: Callable[[Request], Headers] = shadow_headers,
        notes: Notes | None = None,
    ) -> None:
        """``fields`` gives the header fields of a request; ``tls`` verifies an https server."""
        self.notes = notes or Notes()
        self._fields = fields
        self.deadline_s = deadline_ms / 1000
        self.body_limit_bytes = body_limit_bytes
        self._http1 = Http1Client(address_of(url, "http/1.1", tls), self.notes.add)
        self._http2 = Http2Client(address_of(url, "h2", tls), self.notes.add)

    def new_answer(self, framing_of: Callable[[Headers], Framing | None], copy_bytes: int = 0) -> AnswerInProgress:
        """What collects an answer of this side; see AnswerInProgress."""
        return AnswerInProgress(limit_bytes=self.body_limit_bytes, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(
        self,
        request: Request,
        answer: AnswerInProgress | None = None,
        parts: RequestParts | None = None,
        *,
        is_watched: bool = False,
        safe: bool = False,
    ) -> Reply:
        """The side's answer, or why there is none within the deadline.

        The request is sent at most once, or once more where the side provably did not process it, or where it is
        ``safe`` and the side closed a kept connection instead of answering; ``notes`` counts that.

        ``answer`` collects it. The deadline is for answers that come as a whole: a request that is still coming
        (``parts``), an answer that is a stream, and one that ``is_watched`` are left to the caller.
        """
        client = self._http2 if request.protocol is Protocol.GRPC else self._http1
        answer = answer or AnswerInProgress(limit_bytes=self.body_limit_bytes)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(None if is_watched or parts is not None else self.deadline_s) as deadline:
                answer.on_begin = lambda: deadline.reschedule(None) if answer.is_stream else None
                return await client.ask(request, self._fields(request), answer, parts, safe=safe)
        except TimeoutError:
            return _failure(FailureReason.DEADLINE, f"no complete answer in {self.deadline_s:g} s", started)
        except SideFailedError as error:
            return _failure(error.reason, error.detail, started)
        finally:
            answer.let_go()

    def takes(self, request: Request) -> bool:
        """Whether the request can be sent as it is."""
        return request.protocol is Protocol.GRPC or is_writable(request)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http1.close()
        await self._http2.close()


def _failure(reason: FailureReason, detail: str, started: float) -> Failure:
    return Failure(reason=reason, detail=detail, latency_ms=(time.perf_counter() - started) * 1000)
