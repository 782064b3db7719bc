"""Answers of which every field is another each time, and the faults that hide there; as JSON and as proto messages."""

import importlib
import random
import struct
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import grpc_tools
from compared import json_answer, request
from grpc_tools import protoc
from looks import ROUTE

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

_PROTO = Path(__file__).parent / "things.proto"
_METHOD = "things.v1.Things/Get"
_GRPC_ROUTE = RouteInfo(route=_METHOD, protocol="grpc", call_type="unary", stage=Stage.SHADOW, listener="web")
_TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TEXT = ("worker", "queue", "shard", "cache", "replica", "index")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).timestamp()
_ONE_UUID = "5f0c3b6e-8a51-4d2c-9b1e-0f6a7c2d9e34"

_TIMES = ("at", "fetched_at")

Values = dict[str, Any]

FAULTS: Mapping[str, Callable[[Values], Values]] = {
    "time five hours off": lambda values: values | {"at": values["at"] + 5 * 3600},
    "constant 1970": lambda values: values | {"fetched_at": _EPOCH},
    "ms always 0": lambda values: values | {"took_ms": 0},
    "nil uuid": lambda values: values | {"answer_id": str(uuid.UUID(int=0))},
    "one uuid for all": lambda values: values | {"trace_id": _ONE_UUID},
    "token AAAAAAAA": lambda values: values | {"token": "AAAAAAAA"},
    "NullPointerException": lambda values: values | {"text": "java.lang.NullPointerException"},
    "price x100": lambda values: values | {"price": round(values["price"] * 100, 2)},
}
"""What a candidate may have wrong, from the values that it should give."""


def values(number: int, at: float, rng: random.Random) -> Values:
    """What an implementation answers to request ``number`` at a time, in seconds since the epoch."""
    base = 5 + random.Random(number).random() * 400
    return {
        "at": at + rng.uniform(0, 0.01),
        "fetched_at": at + rng.uniform(0, 0.01),
        "took_ms": 1 + int(rng.lognormvariate(2.5, 0.6)),
        "answer_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "trace_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "token": "".join(rng.choices(_TOKEN_LETTERS, k=24)),
        "text": f"{rng.choice(_TEXT)} {rng.randrange(1, 90)} took it after {rng.randrange(1, 9)} tries",
        "price": round(base * (1 + rng.uniform(-0.001, 0.001)), 2),
    }


class Form:
    """How values stand in an answer."""

    route: RouteInfo = ROUTE
    contract: Contract | None = None

    def request(self, number: int, request_id: str) -> Request:
        """The request that gets them."""
        return request(number, request_id)

    def answer(self, found: Values) -> Answer:
        """An answer with these values."""
        times = {name: _iso(found[name]) for name in _TIMES}
        return json_answer(found | times)


class ProtoForm(Form):
    """As a message over gRPC."""

    route = _GRPC_ROUTE

    def __init__(self) -> None:
        self.contract = load_contract(ProtoFiles(files=(_PROTO,), includes=(_PROTO.parent,)))
        folder = tempfile.mkdtemp(prefix="crossfade-things-")
        google = Path(grpc_tools.__file__).parent / "_proto"
        protoc.main(["protoc", f"-I{_PROTO.parent}", f"-I{google}", f"--python_out={folder}", str(_PROTO)])
        sys.path.insert(0, folder)
        self._messages: Any = importlib.import_module("things_pb2")

    def request(self, number: int, request_id: str) -> Request:
        """A call with the number."""
        message = self._messages.GetRequest(number=number)
        return Request(
            id=request_id,
            protocol=Protocol.GRPC,
            method="POST",
            scheme="http",
            authority="things.example",
            target=f"/{_METHOD}",
            headers=(("content-type", "application/grpc"),),
            body=_frame(message.SerializeToString()),
            truncated=False,
            trailers=(),
            started_at=request(number, request_id).started_at,
        )

    def answer(self, found: Values) -> Answer:
        """An answer with one message."""
        message = self._messages.Thing(**{key: value for key, value in found.items() if key not in _TIMES})
        for name in _TIMES:
            getattr(message, name).FromMicroseconds(int(found[name] * 1e6))
        return Answer(
            status=200,
            headers=(("content-type", "application/grpc"),),
            body=_frame(message.SerializeToString()),
            truncated=False,
            trailers=(("grpc-status", "0"),),
            latency_ms=12.0,
        )


@cache
def form(name: str) -> Form:
    """``json`` or ``proto``."""
    return ProtoForm() if name == "proto" else Form()


def _frame(data: bytes) -> bytes:
    return struct.pack(">BI", 0, len(data)) + data


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
