"""The messages of grpc.binarylog.v1 (grpc-proto, grpc/binlog/v1/binarylog.proto), in a pool of their own.

A service that is tested beside this may have registered them in the common pool.
"""

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, message_factory, timestamp_pb2

_PACKAGE = "grpc.binarylog.v1"
_SCALARS = {"bool": 8, "string": 9, "bytes": 12, "uint32": 13, "uint64": 4, "enum": 5}  # an enum reads as int32
_MESSAGE, _ONE, _MANY = 11, 1, 3
_FIELDS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "GrpcLogEntry": (
        ("timestamp", 1, ".google.protobuf.Timestamp"),
        ("call_id", 2, "uint64"),
        ("sequence_id_within_call", 3, "uint64"),
        ("type", 4, "enum"),
        ("logger", 5, "enum"),
        ("client_header", 6, "ClientHeader"),
        ("server_header", 7, "ServerHeader"),
        ("message", 8, "Message"),
        ("trailer", 9, "Trailer"),
        ("payload_truncated", 10, "bool"),
        ("peer", 11, "Address"),
    ),
    "ClientHeader": (
        ("metadata", 1, "Metadata"),
        ("method_name", 2, "string"),
        ("authority", 3, "string"),
        ("timeout", 4, ".google.protobuf.Duration"),
    ),
    "ServerHeader": (("metadata", 1, "Metadata"),),
    "Trailer": (
        ("metadata", 1, "Metadata"),
        ("status_code", 2, "uint32"),
        ("status_message", 3, "string"),
        ("status_details", 4, "bytes"),
    ),
    "Message": (("length", 1, "uint32"), ("data", 2, "bytes")),
    "Metadata": (("entry", 1, "*MetadataEntry"),),
    "MetadataEntry": (("key", 1, "string"), ("value", 2, "bytes")),
    "Address": (("type", 1, "enum"), ("address", 2, "string"), ("ip_port", 3, "uint32")),
}


@cache
def entry_class() -> Any:  # noqa: ANN401 - a class that protobuf makes
    """GrpcLogEntry."""
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="crossfade/binarylog.proto", package=_PACKAGE, syntax="proto3")
    for module in (timestamp_pb2, duration_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        file.dependency.append(module.DESCRIPTOR.name)
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            _add(message, field, number, kind)
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.GrpcLogEntry"))


def _add(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    label = _MANY if kind.startswith("*") else _ONE
    kind = kind.removeprefix("*")
    field = message.field.add(name=name, number=number)
    field.label = label  # type: ignore[assignment] # a number is one of the enum
    field.type = _SCALARS.get(kind, _MESSAGE)  # type: ignore[assignment]
    if kind not in _SCALARS:
        field.type_name = kind if kind.startswith(".") else f".{_PACKAGE}.{kind}"
