"""Contracts written by a test, and servers that describe themselves."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha import reflection_pb2

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract

Write = Callable[[str, str], Path]
Answer = Callable[[reflection_pb2.ServerReflectionRequest], reflection_pb2.ServerReflectionResponse]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder and returns its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def load(write: Write) -> Callable[[str], Contract]:
    """The contract of one .proto text."""
    return lambda text: load_contract(ProtoFiles(files=(write("one.proto", text),)))


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Starts a server on loopback with these handlers and returns host:port."""
    servers = []

    def serve(*handlers: grpc.GenericRpcHandler, add: Callable[[grpc.Server], None] | None = None) -> str:
        server = grpc.server(ThreadPoolExecutor(max_workers=2), handlers=handlers)
        if add is not None:
            add(server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"

    yield serve
    for server in servers:
        server.stop(None).wait()


@pytest.fixture
def reflecting() -> Callable[..., grpc.GenericRpcHandler]:
    """A reflection service of a version, which gives to each question what a function says."""

    def reflecting(version: str, answer: Answer) -> grpc.GenericRpcHandler:
        method = grpc.stream_stream_rpc_method_handler(
            lambda requests, _context: (answer(request) for request in requests),
            request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
            response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
        name = f"grpc.reflection.{version}.ServerReflection"
        return grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": method})

    return reflecting


@pytest.fixture
def files() -> Callable[..., descriptor_pb2.FileDescriptorSet]:
    """A descriptor set of these files."""
    return lambda *given: descriptor_pb2.FileDescriptorSet(file=given)
