"""The features of calls."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.status_pb2 import Status

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.features.calls import MAX_FEATURES, call_features
from crossfade.parity_tests.features.records import Feature
from crossfade.shadow.exchange import Failure, FailureReason


def told(features: frozenset[Feature]) -> set[tuple[str, str, str]]:
    """Without the route."""
    return {(feature.direction.value, feature.path, feature.value_class) for feature in features}


def test_http(http_call: Any) -> None:
    """Path, query, header fields and body of a request, status and body of its answer."""
    call = http_call("/notes/-1?sort=size", {"n": 0}, {"m": []}, route="POST /notes/{id}", headers=(("X-A", "b"),))
    assert told(call_features(call, None)) >= {
        ("request", "path/{id}", "neg"),
        ("request", "query/sort", "=size"),
        ("request", "header.x-a", "set"),
        ("request", "header.content-type", "=application/json"),
        ("request", "body/n", "0"),
        ("answer", "status", "=200"),
        ("answer", "body/m", "len 0"),
    }
    assert {feature.route for feature in call_features(call, None)} == {"POST /notes/{id}"}


def test_form(http_call: Any) -> None:
    """A form has fields."""
    call = http_call(body=b"a=&b=1&b=2", kind="application/x-www-form-urlencoded")
    assert told(call_features(call, None)) >= {("request", "body/a", "empty"), ("request", "body/b", "len 2")}


@pytest.mark.parametrize(("body", "name"), [(b"", "empty"), (b"{", "undecodable"), (b"[" + b" " * 2**22, "too long")])
def test_bodies_that_are_not_looked_into(http_call: Any, body: bytes, name: str) -> None:
    """They are features of the body itself."""
    assert ("request", "body", name) in told(call_features(http_call(body=body), None))


def test_many_parameters(http_call: Any) -> None:
    """A query is read within a bound."""
    call = http_call("/notes?" + "&".join(f"a{index}=1" for index in range(10_000)))
    assert ("request", "query", "too long") in told(call_features(call, None))


def test_bounded(http_call: Any) -> None:
    """A wide body gives a bounded number of features."""
    call = http_call(body={f"a{index}": {"b": "x y"} for index in range(5_000)})
    assert len(call_features(call, None)) <= 2 * MAX_FEATURES


def test_unary(grpc_call: Any, contract: Contract) -> None:
    """Metadata and fields of a request, status and fields of its answer."""
    assert told(call_features(grpc_call([{"note": "x"}], [{"note": "é"}]), contract)) >= {
        ("request", "metadata.x-tenant", "set"),
        ("request", "message", "len 1"),
        ("request", "message.note", "=x"),
        ("answer", "status.code", "=OK"),
        ("answer", "message.note", "non-ASCII"),
    }


def test_error_with_details(grpc_call: Any, contract: Contract) -> None:
    """Its code, and the types of its details."""
    status = Status(code=5, details=[AnyMessage(type_url="x/t.Item")]).SerializeToString()
    details = base64.b64encode(status).decode()
    call = grpc_call(
        [{}], trailers=(("grpc-status", "5"), ("grpc-message", "no"), ("grpc-status-details-bin", details))
    )
    assert told(call_features(call, contract)) >= {
        ("answer", "status.code", "=NOT_FOUND"),
        ("answer", "status.message", "set"),
        ("answer", "status.details[*].@type", "=x/t.Item"),
        ("answer", "message", "len 0"),
    }


def test_error_within_a_stream(grpc_call: Any, contract: Contract) -> None:
    """Messages, and then an error."""
    call = grpc_call([{}, {}], [{}], method="Chat", trailers=(("grpc-status", "13"),))
    assert told(call_features(call, contract)) >= {
        ("request", "message", "len 2"),
        ("request", "message[*].note", "default"),
        ("answer", "message", "len 1"),
        ("answer", "message", "error mid-stream"),
    }


@pytest.mark.parametrize(
    ("timing", "name"),
    [
        (Timing(client_ms=(-9.0, -1.0), server_ms=(-5.0, 3.0)), "answered early"),
        (Timing(client_ms=(-9.0, -1.0), server_ms=(2.0, 3.0)), "half-closed first"),
        (Timing(cancelled_ms=4.0), "cancelled"),
    ],
)
def test_stream_order(grpc_call: Any, contract: Contract, timing: Timing, name: str) -> None:
    """What a client had sent when the first answer came, and whether it left."""
    call = grpc_call([{}, {}], [{}, {}], method="Chat", timing=timing)
    assert [item[2] for item in told(call_features(call, contract)) if item[1] == "stream"] == [name]


def test_without_contract(grpc_call: Any) -> None:
    """Messages are counted, and not looked into."""
    found = told(call_features(grpc_call([{"note": "x"}], [{}]), None))
    assert {item for item in found if item[1].startswith("message")} == {
        ("request", "message", "len 1"),
        ("answer", "message", "len 1"),
    }


def test_failure(http_call: Any) -> None:
    """No answer is a feature, too."""
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    assert ("answer", "answer", "=reset") in told(call_features(replace(http_call(), reply=failed), None))
