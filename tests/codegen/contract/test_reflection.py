"""A running server describes itself, or one line says why it does not."""

import itertools
import socket
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from crossfade.codegen.contract import Contract, ContractError, ProtoFiles, Reflection, load_contract

PROTO = 'syntax = "proto3"; package p; import "kinds.proto"; service S { rpc Get(Kind) returns (stream Kind); }'
KINDS = 'syntax = "proto3"; package p; message Kind { string secret = 1 [debug_redact = true]; }'
Request = reflection_pb2.ServerReflectionRequest
Response = reflection_pb2.ServerReflectionResponse


@pytest.fixture
def contract(write: Any) -> Contract:
    """A contract of two files."""
    write("kinds.proto", KINDS)
    return load_contract(ProtoFiles(files=(write("api.proto", PROTO),)))


def refusal(target: str, timeout_s: float = 5.0) -> str:
    """What a server that can't be read is refused with."""
    with pytest.raises(ContractError) as raised:
        load_contract(Reflection(target=target, timeout_s=timeout_s))
    assert str(raised.value).isprintable()
    return str(raised.value).removeprefix(f"{target}: ")


def describe(contract: Contract, request: Request) -> Response:
    """An answer as servers give it that name each file alone, so that imports must be asked for."""
    by_name = {file.name: file for file in contract.files.file}
    if request.WhichOneof("message_request") == "list_services":
        return Response(list_services_response={"service": [{"name": "p.S"}]})
    name = request.file_by_filename or "api.proto"
    return Response(file_descriptor_response={"file_descriptor_proto": [by_name[name].SerializeToString()]})


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_both_versions(contract: Contract, serve: Any, reflecting: Any, version: str) -> None:
    """A server that speaks only one version is asked in that one, and imports are fetched file by file."""
    target = serve(reflecting(version, lambda request: describe(contract, request)))
    found = load_contract(Reflection(target=target))
    assert (found.methods, found.digest) == (contract.methods, contract.digest)
    assert found.redacted_fields == {"p.Kind.secret"}
    assert found.named == {"api.proto"}


def test_the_reflection_of_grpcio(serve: Any) -> None:
    """The service that Python servers add describes itself."""
    names = (reflection.SERVICE_NAME,)
    target = serve(add=lambda server: reflection.enable_server_reflection(names, server))
    (name,) = load_contract(Reflection(target=target)).methods
    assert name == "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


def test_a_service_that_grpcio_does_not_know(serve: Any) -> None:
    """A name that is listed but not described is named in the message."""
    target = serve(add=lambda server: reflection.enable_server_reflection(("p.Gone",), server))
    message = refusal(target)
    assert message.startswith("expected descriptors by reflection, got ")
    assert message.endswith("for file_containing_symbol p.Gone")


def test_a_server_without_reflection(serve: Any) -> None:
    """It runs but does not describe itself: what to do is said."""
    assert refusal(serve()) == ("expected gRPC reflection, got UNIMPLEMENTED; switch it on, or name protos instead")


def test_no_server() -> None:
    """Nothing listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        target = f"127.0.0.1:{free.getsockname()[1]}"
        assert refusal(target) == ("expected a server with gRPC reflection, got UNAVAILABLE; check that it runs there")


def test_a_server_that_hangs() -> None:
    """It accepts and says nothing: the wait has an end."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        assert "got DEADLINE_EXCEEDED; check that it runs there" in refusal(target, timeout_s=0.3)


def test_a_server_that_refuses(serve: Any) -> None:
    """Reflection behind a log-in: its own words are shown, made harmless."""

    class Guard(grpc.GenericRpcHandler):
        def service(self, _details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
            def refuse(_requests: Any, context: grpc.ServicerContext) -> None:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "log in\x1b[2J first")

            return grpc.stream_stream_rpc_method_handler(refuse)

    assert refusal(serve(Guard())) == (
        "expected descriptors by reflection, got UNAUTHENTICATED 'log in [2J first'; name protos instead"
    )


def test_a_large_contract(contract: Contract, serve: Any, reflecting: Any) -> None:
    """Descriptors of more than the 4 MiB that grpcio takes by default are read."""
    values = [descriptor_pb2.EnumValueDescriptorProto(name=f"V{i}_{'X' * 90}", number=i) for i in range(50_000)]
    kinds = next(file for file in contract.files.file if file.name == "kinds.proto")
    kinds.enum_type.add(name="Large", value=values)
    assert kinds.ByteSize() > 4 * 2**20
    target = serve(reflecting("v1", lambda request: describe(contract, request)))
    assert load_contract(Reflection(target=target)).digest == Contract(contract.files).digest


def test_answers_that_are_none(serve: Any, reflecting: Any) -> None:
    """Other bytes, another file than asked for, and no service at all are refused, not waited for."""

    def listing(request: Request) -> Response | None:
        if request.WhichOneof("message_request") == "list_services":
            return Response(list_services_response={"service": [{"name": "p.S"}]})
        return None

    def file_bytes(data: bytes) -> Response:
        return Response(file_descriptor_response={"file_descriptor_proto": [data]})

    lone = descriptor_pb2.FileDescriptorProto(name="a", dependency=["gone"]).SerializeToString()
    for answer, expected in (
        (lambda _: Response(), "got 0 services"),
        (lambda request: listing(request) or file_bytes(b"\xff"), "got Error parsing message"),
        (lambda request: listing(request) or file_bytes(lone), "got no file gone"),
    ):
        assert expected in refusal(serve(reflecting("v1", answer)))


def test_a_server_that_never_ends(serve: Any, reflecting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose every file imports one more is given up."""
    monkeypatch.setattr("crossfade.codegen.contract.reflection._MAX_FILES", 20)
    numbers = itertools.count()

    def answer(request: Request) -> Response:
        if request.WhichOneof("message_request") == "list_services":
            return Response(list_services_response={"service": [{"name": "p.S"}]})
        number = next(numbers)
        file = descriptor_pb2.FileDescriptorProto(name=str(number), dependency=[str(number + 1)])
        return Response(file_descriptor_response={"file_descriptor_proto": [file.SerializeToString()]})

    assert "got more than 20 files" in refusal(serve(reflecting("v1", answer)))
