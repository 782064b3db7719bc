"""Compares the computed Java names with what protoc and the grpc plugin really write.

Both are Maven artifacts; where Maven has fetched them, a contract is checked before anything is generated. The built
project checks in any case: each interface and each binder names the classes that were computed, and javac refuses what
is not there.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.codegen.contract.records import one_line
from crossfade.codegen.java.classes import java_classes
from crossfade.codegen.java.model import VERSIONS, JavaClass, ProjectModel
from crossfade.codegen.java.names import JavaError
from crossfade.codegen.java.protos import place_in_packages

_SYSTEMS = {"Linux": "linux", "Darwin": "osx", "Windows": "windows"}
_MACHINES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "aarch_64", "arm64": "aarch_64"}
_COPY = """
import shutil, sys
try:
    shutil.copyfile(*sys.argv[1:])
except OSError as error:
    sys.exit(error.errno)
"""
# What both write is indented by two blanks for each class around a declaration. Annotations (of what is deprecated) and
# modifiers may stand before it on its line, in any number; a line of a comment or of a text starts with another sign.
_BEFORE = rb"^( *)(?:@[\w.$]+(?:\([^()\n]*\))? +|(?:public|static|final|abstract) +)*"
_PACKAGE = re.compile(rb"^package ([\w.$]+);", re.MULTILINE)
_CLASS = re.compile(_BEFORE + rb"(?:class|enum) ([\w$]+)", re.MULTILINE)
_GETTER = re.compile(_BEFORE + rb"io\.grpc\.MethodDescriptor<\s*([\w.$]+),\s*([\w.$]+)> ([\w$]+)\(\) \{", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilers:
    """The executables of protoc and of grpc-java's plugin; without the plugin only messages are checked."""

    protoc: Path
    grpc_plugin: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was found in generated sources: classes in full, and ``Class.getter`` with its two message classes."""

    classes: frozenset[str]
    getters: Mapping[str, tuple[str, str]]


def find_compilers(repository: Path) -> Compilers | None:
    """What Maven has fetched into its repository (``~/.m2/repository``), of our versions and for this machine."""
    system, machine = _SYSTEMS.get(platform.system()), _MACHINES.get(platform.machine())

    def fetched(group: str, name: str, version: str) -> Path:
        return repository / group / name / version / f"{name}-{version}-{system}-{machine}.exe"

    protoc = fetched("com/google/protobuf", "protoc", VERSIONS.protobuf)
    plugin = fetched("io/grpc", "protoc-gen-grpc-java", VERSIONS.grpc)
    return Compilers(protoc=protoc, grpc_plugin=plugin) if protoc.is_file() and plugin.is_file() else None


def verify_names(contract: Contract, project: ProjectModel, compilers: Compilers) -> None:
    """Runs both compilers on a contract and compares.

    Raises: JavaError: they refuse the contract, or a class or method is not called as was computed; the line names the
        place in the proto.
    """
    files = place_in_packages(contract, project.base_package)
    names = [proto.name for proto in project.compiled_protos]
    written = read_written(compile_java(compilers, files.values(), names))
    services = set(contract.services) if compilers.grpc_plugin is None else set()
    classes = java_classes(files[name] for name in names)
    compare_names(contract, project, {name: classes[name] for name in classes if name not in services}, written)


def compare_names(
    contract: Contract, project: ProjectModel, classes: Mapping[str, JavaClass], written: Written
) -> None:
    """Raises: JavaError: a class or a getter that was computed was not written, or is of other messages."""
    for full_name, java in classes.items():
        if str(java) not in written.classes:
            raise _differs(contract, full_name, f"the class {java}", "none")
    for service in project.services:
        for rpc in service.rpcs if service.full_name in classes else ():
            getter = f"{service.grpc}.{rpc.method_getter}"
            found = written.getters.get(getter)
            if found != (rpc.request, rpc.response):
                expected = f"{getter}() for {rpc.request} and {rpc.response}"
                raise _differs(contract, rpc.full_name, expected, f"it for {' and '.join(found)}" if found else "none")


def _differs(contract: Contract, full_name: str, expected: str, got: str) -> JavaError:
    return JavaError(
        f"{contract.origins[full_name]}: expected {expected} from protoc, got {got}; report this with the .proto file"
    )


def read_written(sources: Mapping[str, bytes]) -> Written:
    """The public classes, and the getters of method descriptors, in Java sources by path."""
    classes: set[str] = set()
    getters: dict[str, tuple[str, str]] = {}
    for path, text in sources.items():
        package = match[1].decode() + "." if (match := _PACKAGE.search(text)) else ""
        for name in _nested(text):
            classes.add(package + name)
        service = package + path.rsplit("/", 1)[-1].removesuffix(".java")
        for _, request, response, getter in _GETTER.findall(text) if service.endswith("Grpc") else ():
            getters[f"{service}.{getter.decode()}"] = (request.decode(), response.decode())
    return Written(classes=frozenset(classes), getters=getters)


def _nested(text: bytes) -> Iterable[str]:
    around: list[str] = []
    for blanks, name in _CLASS.findall(text):
        around[len(blanks) // 2 :] = [name.decode()]
        yield ".".join(around)


def compile_java(
    compilers: Compilers, files: Iterable[descriptor_pb2.FileDescriptorProto], names: Collection[str]
) -> Mapping[str, bytes]:
    """The Java sources of the named files by path.

    Raises: JavaError: a compiler refuses them. OSError: they can't be copied or started.
    """
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        every, java, grpc = folder / "set.binpb", folder / "java.jar", folder / "grpc.jar"
        every.write_bytes(descriptor_pb2.FileDescriptorSet(file=files).SerializeToString())
        # jars: a large contract makes thousands of files
        out = [f"--java_out={java}"]
        if compilers.grpc_plugin is not None:
            out += [f"--grpc_out={grpc}", f"--plugin=protoc-gen-grpc={_executable(compilers.grpc_plugin, folder)}"]
        done = subprocess.run(  # noqa: S603 - names are plain paths, see protos.write_contract
            [_executable(compilers.protoc, folder), f"--descriptor_set_in={every}", *out, *names],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise JavaError(f"protoc: expected it to write Java, got exit {done.returncode}: {one_line(done.stderr)}")
        return {path: text for jar in (java, grpc) if jar.exists() for path, text in _sources(jar)}


def _sources(jar: Path) -> Iterable[tuple[str, bytes]]:
    with ZipFile(jar) as archive:
        yield from ((name, archive.read(name)) for name in archive.namelist() if name.endswith(".java"))


def _executable(path: Path, folder: Path) -> Path:
    """A copy that may be run: Maven stores executables as plain files.

    Another process writes it. If this one did and another thread forked meanwhile, its child would hold the file open
    for writing, and Linux does not run such a file (ETXTBSY, "Text file busy").
    """
    if os.access(path, os.X_OK):
        return path
    copy = folder / path.name
    command = [sys.executable, "-I", "-S", "-c", _COPY, str(path), str(copy)]
    if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        raise OSError(code, os.strerror(code), str(copy))
    copy.chmod(0o700)
    return copy
