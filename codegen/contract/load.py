"""Reads a contract from .proto files, from a descriptor set, or from a running server."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, assert_never

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, empty_pb2
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from crossfade.codegen.contract.records import Contract, ContractError

# buf/alpha/image/v1/image.proto: ImageFile's buf_extension, and is_import of ImageFileExtension
_BUF_EXTENSION, _BUF_IS_IMPORT = 8042, 1
_PLACED = re.compile(r".+:\d+:\d+: ")
_NO_IMPORT = re.compile(r'(.+:\d+:\d+): Import "(.+)" was not found or had errors\.')


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtoFiles:
    """.proto files and the folders in which their imports are found."""

    files: tuple[Path, ...]
    includes: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorSet:
    """A FileDescriptorSet as ``protoc --include_imports --descriptor_set_out`` or ``buf build`` writes it."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflection:
    """A running server with gRPC reflection, as host:port."""

    target: str
    tls: bool = False
    timeout_s: float = 10.0


def load_contract(source: ProtoFiles | DescriptorSet | Reflection) -> Contract:
    """The contract of a source.

    Raises: ContractError: a file is missing or wrong (file, line and column in the message), a server does not answer.
    """
    match source:
        case ProtoFiles():
            return _compile(source.files, source.includes)
        case DescriptorSet():
            files = _read_set(source.path)
            return Contract(files, named=(file.name for file in files.file if not _is_import(file)))
        case Reflection():
            # grpc takes as long to import as all the rest, and every command imports this module
            from crossfade.codegen.contract.reflection import fetch_descriptors  # noqa: PLC0415

            served = fetch_descriptors(source.target, tls=source.tls, timeout_s=source.timeout_s)
            return Contract(served.files, named=served.named)
        case _:
            assert_never(source)


def _read_set(path: Path) -> descriptor_pb2.FileDescriptorSet:
    try:
        files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    except OSError as error:
        raise ContractError(f"{path}: expected a descriptor set, got {error.strerror}") from None
    except DecodeError:
        raise ContractError(f"{path}: expected a FileDescriptorSet, got other bytes; write it with protoc") from None
    if not files.file:
        raise ContractError(f"{path}: expected at least one file in the set, got none")
    return files


def _is_import(file: descriptor_pb2.FileDescriptorProto) -> bool:
    """Whether ``buf build`` marked it as one; protoc does not mark which files were named and which imported."""
    marks = [value for data in _unknown(file, _BUF_EXTENSION) for value in _unknown(_reread(data), _BUF_IS_IMPORT)]
    return marks[-1:] == [1]


def _unknown(message: Message, number: int) -> list[Any]:
    fields = UnknownFieldSet(message)
    return [field.data for field in (fields[i] for i in range(len(fields))) if field.field_number == number]


def _reread(data: object) -> Message:
    return empty_pb2.Empty.FromString(data if isinstance(data, bytes) else b"")


def _compile(files: Sequence[Path], includes: Sequence[Path]) -> Contract:
    files, includes = [_absolute(file) for file in files], [_absolute(folder) for folder in includes]
    for file in files:
        if not file.is_file():
            raise ContractError(f"{file}: expected a .proto file, got none; check --proto, or contract.protos")
    for folder in includes:
        if not folder.is_dir():
            raise ContractError(f"{folder}: expected a folder, got none; check --include, or contract.includes")
    outside = dict.fromkeys(file.parent for file in files if not any(map(file.is_relative_to, includes)))
    with tempfile.TemporaryDirectory() as folder_name:
        output = Path(folder_name) / "set.binpb"
        folders = (*includes, *outside, *_bundled())
        _run_protoc([*(f"-I{path}" for path in folders), f"--descriptor_set_out={output}", *map(str, files)])
        compiled = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())
    sources = {file.name: _text_of(file.name, folders) for file in compiled.file}
    return Contract(compiled, sources=sources, named=(_import_name(file, folders) for file in files))


def _import_name(file: Path, folders: Sequence[Path]) -> str:
    """Under which name protoc knows a file that was named by its path: below the first folder that holds it."""
    return next(file.relative_to(folder).as_posix() for folder in folders if file.is_relative_to(folder))


def _text_of(name: str, folders: Sequence[Path]) -> bytes:
    """The text that protoc read: the first folder that has the file wins."""
    return next(path for folder in folders if (path := folder / name).is_file()).read_bytes()


def _absolute(path: Path) -> Path:
    """Without ``..``: protoc compares paths as texts, to know under which name a file is imported."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps ``..``, Path.resolve follows links


def _run_protoc(arguments: list[str]) -> None:
    # -P: a folder named google or grpc_tools in the working directory is not ours
    command = [sys.executable, "-P", "-m", "grpc_tools.protoc", "--include_imports", "--include_source_info"]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        raise ContractError(_one_line(done.stderr) or f"protoc: expected exit 0, got {done.returncode}")


def _one_line(stderr: str) -> str:
    """The first error of protoc that has a place in a file, else the first one."""
    lines = [line for line in stderr.splitlines() if line.strip() and "warning: " not in line]
    first = next((line for line in lines if _PLACED.match(line)), lines[0] if lines else "")
    if match := _NO_IMPORT.fullmatch(first):
        return (
            f"{match[1]}: expected to find the import {match[2]}, got no such file; "
            "add its folder with --include, or to contract.includes"
        )
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return first + more


def _bundled() -> list[Path]:
    """Where protoc finds google/protobuf, and google/api and google/rpc."""
    protoc = Path(str(resources.files("grpc_tools"))) / "_proto"
    return [protoc, Path(annotations_pb2.__file__).parents[2]]
