"""Readies a contract for protoc's Java generator: who brings which file, and in which Java package it is."""

import re
from collections.abc import Collection, Mapping

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.codegen.contract.records import one_line
from crossfade.codegen.java.names import JavaError, java_package
from crossfade.codegen.java.words import RESERVED, is_package

PROTOBUF, COMMON = "com.google.protobuf:protobuf-java", "com.google.api.grpc:proto-google-common-protos"


def _paths(folder: str, names: str) -> dict[str, str]:
    """The owner of each file, by its path."""
    owner = PROTOBUF if folder == "protobuf" else COMMON
    return {f"google/{folder}/{name}.proto": owner for name in names.split()}


# What protobuf-java 4.36.2 and proto-google-common-protos 2.64.1 hold; the latter comes with grpc-protobuf 1.83.1.
PROVIDED = {
    **_paths(
        "protobuf",
        """any api descriptor duration empty field_mask java_features source_context struct timestamp type wrappers""",
    ),
    **_paths(
        "api",
        """annotations auth backend billing client config_change consumer context control distribution documentation
        endpoint error_reason field_behavior field_info http httpbody label launch_stage log logging metric
        monitored_resource monitoring policy quota resource routing service source_info system_parameter usage
        visibility""",
    ),
    **_paths("cloud", "extended_operations"),
    **_paths("cloud/audit", "audit_log"),
    **_paths("cloud/location", "locations"),
    **_paths("geo/type", "viewport"),
    **_paths("logging/type", "http_request log_severity"),
    **_paths("longrunning", "operations"),
    **_paths("rpc", "code error_details status"),
    **_paths("rpc/context", "attribute_context audit_context"),
    **_paths(
        "type",
        """calendar_period color date datetime dayofweek decimal expr fraction interval latlng localized_text money
        month phone_number postal_address quaternion timeofday""",
    ),
}
_FILE_NAME = re.compile(r"(?![.-])[\w.+-]+(/(?!\.)[\w.+-]+)*\.proto", re.ASCII)
_DESCRIPTOR_SET = "proto/contract.binpb"


def provided_by(file: str) -> str:
    """The Maven artifact, as group:name, that has the classes of a file; "" where the project must make them."""
    return PROVIDED.get(file, "")


def place_in_packages(contract: Contract, base: str) -> Mapping[str, descriptor_pb2.FileDescriptorProto]:
    """The contract's files by name, each with a Java package that other packages can import from.

    A file that has no Java option and no proto package, or one with a Java keyword in it, gets the option
    java_package: ``<base>.proto`` or the package with ``_`` behind the keywords. What an owner wrote is never changed.
    Raises: JavaError: an owner's java_package is none.
    """
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    for file in contract.files.file:
        package = java_package(file)
        if not is_package(package):
            if file.options.HasField("java_package"):
                raise JavaError(
                    f"{file.name}: expected a Java package in option java_package, got {one_line(package)!r}; change it"
                )
            placed = descriptor_pb2.FileDescriptorProto()
            placed.CopyFrom(file)
            placed.options.java_package = _legal(package) if package else f"{base}.proto"
            files[file.name] = placed
        else:
            files[file.name] = file
    return files


def _legal(package: str) -> str:
    return ".".join(f"{part}_" if part in RESERVED else part for part in package.split("."))


def write_contract(
    contract: Contract, files: Mapping[str, descriptor_pb2.FileDescriptorProto], compiled: Collection[str]
) -> Mapping[str, bytes]:
    """What protoc reads in the generated project, by path: the compiled .proto files, or one descriptor set.

    Raises: JavaError: a file's name would lead out of the folder, or mean something else to a build tool.
    """
    for name in compiled:
        if not _FILE_NAME.fullmatch(name):
            raise JavaError(f"contract: expected a plain path ending in .proto, got {one_line(name)}; rename the file")
    if not contract.sources:
        every = descriptor_pb2.FileDescriptorSet()
        for file in files.values():
            every.file.add().CopyFrom(file)
            every.file[-1].ClearField("source_code_info")
        return {_DESCRIPTOR_SET: every.SerializeToString(deterministic=True)}
    return {f"proto/{name}": _text(contract.sources[name], files[name], contract) for name in compiled}


def _text(text: bytes, placed: descriptor_pb2.FileDescriptorProto, contract: Contract) -> bytes:
    """The owner's text; the option that it lacks stands behind it, so that line numbers stay."""
    if any(file is placed for file in contract.files.file):
        return text
    reason = "// Added by crossfade: Java can't import classes of this file's own package."
    return text + f'\n\n{reason}\noption java_package = "{placed.options.java_package}";\n'.encode()
