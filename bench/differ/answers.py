"""The answers that are compared for speed, of three sizes, as JSON and as messages."""

import json
import random
import struct
from typing import Any

from carriers import contract, message_bytes
from kinds import WORDS

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request

SIZES = {"1 KB": 1_000, "19 KB": 19_000, "190 KB": 190_000}
CASES = {"a": "equal bytes", "b": "same meaning, other bytes", "c": "one leaf differs"}
FORMS = ("JSON", "proto")
Compared = tuple[Request, Answer, Answer, Contract | None]
_Row = dict[str, Any]


def compared(form: str, size: str, case: str) -> Compared:
    """What ``diff_answers`` takes: legacy's answer of about that size, and the candidate's as the case has it."""
    rows = _rows(SIZES[size])
    middle = len(rows) // 2
    other = rows if case != "c" else [*rows[:middle], {**rows[middle], "note": "other"}, *rows[middle + 1 :]]
    if form == "JSON":
        bodies = _json(rows), _mixed_json(rows) if case == "b" else _json(other)
        return *_exchange(Protocol.HTTP, "GET", "/rows", (("content-type", "application/json"),), bodies), None
    bodies = _frame(_message(rows)), _frame(_mixed_message(rows) if case == "b" else _message(other))
    headers = (("content-type", "application/grpc"),)
    return *_exchange(Protocol.GRPC, "POST", "/bench.v1.Bench/List", headers, bodies), contract()


def _rows(size: int) -> list[_Row]:
    rng = random.Random(7)
    rows: list[_Row] = []
    length = 0
    while length < size:
        tags = rng.sample(WORDS, 3)
        rows.append({"sku": f"{rng.randrange(10**9)}", "size": rng.randrange(1, 99), "note": tags[0], "tags": tags})
        length += len(json.dumps(rows[-1]))
    return rows


def _json(rows: list[_Row]) -> bytes:
    return json.dumps({"rows": rows, "n": 1}).encode()


def _mixed_json(rows: list[_Row]) -> bytes:
    return json.dumps({"n": 1, "rows": [dict(reversed(row.items())) for row in rows]}, indent=1).encode()


def _message(rows: list[_Row]) -> bytes:
    return message_bytes({"numbers": [1, 2, 3], "rows": rows})


def _mixed_message(rows: list[_Row]) -> bytes:
    return message_bytes({"rows": rows}) + message_bytes({"numbers": [1, 2, 3]})


def _frame(message: bytes) -> bytes:
    """One message of a call (grpc/doc/PROTOCOL-HTTP2.md)."""
    return struct.pack(">BI", 0, len(message)) + message


def _exchange(
    protocol: Protocol, method: str, target: str, headers: Headers, bodies: tuple[bytes, bytes]
) -> tuple[Request, Answer, Answer]:
    request = Request(
        id="1",
        protocol=protocol,
        method=method,
        scheme="http",
        authority="localhost",
        target=target,
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )
    trailers = (("grpc-status", "0"),) if protocol is Protocol.GRPC else ()
    one, two = (
        Answer(status=200, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=1.0)
        for body in bodies
    )
    return request, one, two
