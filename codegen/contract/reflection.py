"""Queries a running server for its descriptors: the v1 protocol first, then v1alpha, which has the same bytes."""

from dataclasses import dataclass

import grpc
from google.protobuf import descriptor_pb2
from google.protobuf.message import DecodeError
from grpc_reflection.v1alpha import reflection_pb2

from crossfade.codegen.contract.records import ContractError, one_line

_METHODS = tuple(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo" for version in ("v1", "v1alpha"))
_MAX_FILES = 10_000
_OPTIONS = (("grpc.max_receive_message_length", 2**26),)  # grpcio's own 4 MiB is too little for a large contract
_UNREACHABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a server describes: all files with their imports, and the names of those that hold its services."""

    files: descriptor_pb2.FileDescriptorSet
    named: frozenset[str]


def fetch_descriptors(target: str, *, tls: bool, timeout_s: float) -> Served:
    """All files of all services of the server at ``target`` (host:port), with their imports.

    Raises: ContractError: no server there, no reflection, or an answer that is not one.
    """
    with _channel(target, tls=tls) as channel:
        for method in _METHODS:
            try:
                return _fetch(_Asker(channel, method, timeout_s))
            except grpc.RpcError as error:
                if method is _METHODS[-1] or error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                    raise ContractError(_why(target, error)) from None
            except (DecodeError, ValueError) as error:
                raise ContractError(f"{target}: expected descriptors by reflection, got {one_line(error)}") from None
    raise AssertionError("the last method returns or raises")


def _channel(target: str, *, tls: bool) -> grpc.Channel:
    if tls:
        return grpc.secure_channel(target, grpc.ssl_channel_credentials(), _OPTIONS)
    return grpc.insecure_channel(target, _OPTIONS)


class _Asker:
    """One question at a time."""

    def __init__(self, channel: grpc.Channel, method: str, timeout_s: float) -> None:
        self._call = channel.stream_stream(
            method,
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        self._timeout_s = timeout_s

    def files(self, **question: str) -> list[descriptor_pb2.FileDescriptorProto]:
        answer = self.ask(**question).file_descriptor_response
        return [descriptor_pb2.FileDescriptorProto.FromString(data) for data in answer.file_descriptor_proto]

    def ask(self, **question: str) -> reflection_pb2.ServerReflectionResponse:
        request = reflection_pb2.ServerReflectionRequest(**question)
        query = one_line(" ".join(f"{name} {value}" for name, value in question.items()))
        for answer in self._call(iter((request,)), timeout=self._timeout_s):
            if answer.HasField("error_response"):
                raise ValueError(f"{one_line(answer.error_response.error_message)!r} for {query}")
            return answer
        raise ValueError(f"no answer for {query}")


def _fetch(asker: _Asker) -> Served:
    services = [service.name for service in asker.ask(list_services="").list_services_response.service]
    if not 0 < len(services) <= _MAX_FILES:
        raise ValueError(f"{len(services)} services")
    found: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for service in services:
        found |= {file.name: file for file in asker.files(file_containing_symbol=service)}
    waiting = [name for file in found.values() for name in file.dependency]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        new = asker.files(file_by_filename=name)
        found |= {file.name: file for file in new}
        waiting += [dependency for file in new for dependency in file.dependency]
        if name not in found:
            raise ValueError(f"no file {one_line(name)}")
        if len(found) > _MAX_FILES:
            raise ValueError(f"more than {_MAX_FILES} files")
    named = frozenset(file.name for file in found.values() if not _full_names(file).isdisjoint(services))
    return Served(files=descriptor_pb2.FileDescriptorSet(file=found.values()), named=named)


def _full_names(file: descriptor_pb2.FileDescriptorProto) -> frozenset[str]:
    return frozenset(f"{file.package}.{service.name}".removeprefix(".") for service in file.service)


def _why(target: str, error: grpc.RpcError) -> str:
    code = error.code()
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return f"{target}: expected gRPC reflection, got UNIMPLEMENTED; switch it on, or name protos instead"
    if code in _UNREACHABLE:
        return f"{target}: expected a server with gRPC reflection, got {code.name}; check that it runs there"
    details = one_line(error.details() or "")
    return f"{target}: expected descriptors by reflection, got {code.name} {details!r}; name protos instead"
