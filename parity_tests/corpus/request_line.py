"""A call's request in one line, for a person. Pure."""

from collections.abc import Callable

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.judging.sample import request_sample

LINE_WIDTH = 200
"""Characters of a body or a value that are shown."""


def request_line(call: Call, contract: Contract | None, hide: Callable[[str], str] = str) -> str:
    """Route or target, and the beginning of the body: as text where it is one, else in base64.

    ``hide`` gives a text without what must not be told.
    """
    sample = request_sample(call.request, contract)
    body = " ".join((hide(sample.body) or (f"base64 {sample.data}" if sample.data else "")).split("\n"))
    if call.request.protocol is Protocol.GRPC:
        return f"{call.route.route} {body[:LINE_WIDTH]}".rstrip()
    return f"{sample.method} {hide(sample.target)} {body[:LINE_WIDTH]}".rstrip()
