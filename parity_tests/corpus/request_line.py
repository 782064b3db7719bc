"""A call's request in one line, for a person. Pure."""

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.judging.sample import request_sample

LINE_WIDTH = 200
"""Characters of a body or a value that are shown."""


def request_line(call: Call, contract: Contract | None) -> str:
    """Route or target, and the beginning of the body: as text where it is one, else in base64."""
    sample = request_sample(call.request, contract)
    body = " ".join((sample.body or (f"base64 {sample.data}" if sample.data else "")).split("\n"))
    if call.request.protocol is Protocol.GRPC:
        return f"{call.route.route} {body[:LINE_WIDTH]}".rstrip()
    return f"{sample.method} {sample.target} {body[:LINE_WIDTH]}".rstrip()
