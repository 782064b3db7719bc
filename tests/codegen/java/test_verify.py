"""The computed names are those that protoc and the grpc plugin write, or the line names the place in the .proto."""

import errno
import os
import platform
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, ContractError, ProtoFiles, load_contract
from crossfade.codegen.java import JavaClass, JavaError, ProjectOptions, build_project
from crossfade.codegen.java.classes import java_classes
from crossfade.codegen.java.names import camel_case
from crossfade.codegen.java.verify import (
    Compilers,
    Written,
    compare_names,
    compile_java,
    find_compilers,
    read_written,
    verify_names,
)

MESSAGES = """package p.q;
@com.google.protobuf.Generated
public final class One extends Base {
  /* class Comment { */
  // public static final class Commented {
  public interface MOrBuilder extends
  }
  public static final class M extends
      Base {
    public enum K
        implements X {
    }
    public static final class N extends
    }
  }
  @java.lang.Deprecated @com.google.protobuf.Generated("a b") public  static final class O extends
  }
    private static class Parser extends
    "\\022\\017\\n\\003 public static final class Text {"
  @java.lang.Deprecated public enum Old
      implements X {
"""
SERVICE = """package p.q;
public final class SGrpc {
  private static volatile io.grpc.MethodDescriptor<p.q.One.M,
      p.q.One.O> getGetMethod;
  @java.lang.Deprecated public static io.grpc.MethodDescriptor<p.q.One.M,
      p.q.One.O> getGetMethod() {
"""


@pytest.mark.java
def test_every_fragment(fragment: Any, compilers: Compilers) -> None:
    """Each naming trap is computed right."""
    verify_names(fragment.contract, fragment.project, compilers)


def some_names(rng: random.Random, alphabet: str, count: int) -> list[str]:
    """Different names of up to seven characters."""
    names: dict[str, None] = {}
    while len(names) < count:
        names[rng.choice("aB") + "".join(rng.choices(alphabet, k=rng.randint(0, 6)))] = None
    return list(names)


def a_file(rng: random.Random, number: int, name: str) -> descriptor_pb2.FileDescriptorProto:
    """A file of a package of its own, with two messages, one maybe called as the file, and a service."""
    file = descriptor_pb2.FileDescriptorProto(name=f"{rng.choice('xyz')}/{name}.proto", package=f"p{number}")
    file.options.java_multiple_files = rng.random() < 0.5
    for message in rng.sample((camel_case(name), *some_names(rng, "aB1_", 3)), 2):
        file.message_type.add(name=message).nested_type.add(name=f"{message}_")
    service = file.service.add(name=some_names(rng, "aB1_", 1)[0])
    kind = f".{file.package}.{file.message_type[0].name}"
    for rpc in some_names(rng, "aBcD1_", 4):
        service.method.add(name=rpc, input_type=kind, output_type=kind)
    return file


def is_taken(file: descriptor_pb2.FileDescriptorProto) -> bool:
    """Whether a project can be made of a file alone."""
    with suppress(JavaError, ContractError):
        build_project(Contract(descriptor_pb2.FileDescriptorSet(file=[file])), ProjectOptions(package="dev.acme"))
        return True
    return False


@pytest.mark.java
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_by_chance(seed: int, compilers: Compilers) -> None:
    """Any name that is not refused is computed right: of a file, a message, a service and an RPC."""
    rng = random.Random(seed)
    files = [a_file(rng, i, name) for i, name in enumerate(some_names(rng, "aBcD12_-.", 80))]
    kept = [file for file in files if is_taken(file)]
    contract = Contract(descriptor_pb2.FileDescriptorSet(file=kept))
    verify_names(contract, build_project(contract, ProjectOptions(package="dev.acme")), compilers)
    assert len(kept) > 40


@pytest.mark.java
def test_messages_alone(load: Any, compilers: Compilers) -> None:
    """Without the plugin, services are left to the generated build."""
    contract = load('syntax = "proto3"; package p; message M {} service S { rpc Get(M) returns (M); }')
    project = build_project(contract, ProjectOptions(package="dev.acme"))
    verify_names(contract, project, replace(compilers, grpc_plugin=None))


@pytest.mark.java
def test_googles_common_protos(compilers: Compilers) -> None:
    """All of them, also those that an artifact brings."""
    root = Path(annotations_pb2.__file__).parents[2]
    contract = load_contract(ProtoFiles(files=tuple(sorted(root.glob("google/**/*.proto"))), includes=(root,)))
    project = build_project(contract, ProjectOptions(package="dev.acme"))
    files = [file for file in contract.files.file if not file.name.startswith("google/protobuf/")]
    sources = compile_java(compilers, contract.files.file, [file.name for file in files])
    compare_names(contract, project, java_classes(files), read_written(sources))
    assert len(files) > 50


@pytest.mark.java
def test_what_protoc_refuses(load: Any, compilers: Compilers) -> None:
    """Its own words come in one line."""
    contract = load('syntax = "proto3"; package p; message M {} service S { rpc Get(M) returns (M); }')
    project = build_project(contract, ProjectOptions(package="dev.acme"))
    contract.files.file[0].options.java_outer_classname = "M"
    with pytest.raises(JavaError, match=r"^protoc: expected it to write Java, got exit 1: .*outer class name"):
        verify_names(contract, project, compilers)


def test_reading_what_was_written() -> None:
    """Classes and enums by how far they are indented, getters with their messages."""
    sources = {"p/q/One.java": MESSAGES, "p/q/SGrpc.java": SERVICE, "Two.java": "public final class Two {"}
    assert read_written({path: text.encode() for path, text in sources.items()}) == Written(
        classes=frozenset(
            {"Two", "p.q.One", "p.q.One.M", "p.q.One.M.K", "p.q.One.M.N", "p.q.One.O", "p.q.One.Old", "p.q.SGrpc"}
        ),
        getters={"p.q.SGrpc.getGetMethod": ("p.q.One.M", "p.q.One.O")},
    )


def test_a_name_that_is_not_there(load: Any) -> None:
    """The line names the message or the RPC, and what was computed."""
    contract = load('syntax = "proto3"; package p;\nmessage M {}\nservice S {\n rpc Get(M) returns (M);\n}')
    project = build_project(contract, ProjectOptions(package="dev.acme"))
    good = Written(classes=frozenset({"p.One.M", "p.SGrpc"}), getters={"p.SGrpc.getGetMethod": ("p.One.M", "p.One.M")})
    classes = {name: java for name, java in java_classes(contract.files.file).items() if name.startswith("p.")}
    compare_names(contract, project, classes, good)
    for written, expected in (
        (
            replace(good, classes=frozenset({"p.SGrpc"})),
            "one.proto:2: expected the class p.One.M from protoc, got none",
        ),
        (
            replace(good, getters={}),
            "one.proto:4: expected p.SGrpc.getGetMethod() for p.One.M and p.One.M from protoc, got none",
        ),
        (
            replace(good, getters={"p.SGrpc.getGetMethod": ("a.B", "c.D")}),
            "one.proto:4: expected p.SGrpc.getGetMethod() for p.One.M and p.One.M from protoc, got it for a.B and c.D",
        ),
    ):
        with pytest.raises(JavaError) as raised:
            compare_names(contract, project, classes, written)
        assert str(raised.value) == f"{expected}; report this with the .proto file"
    assert classes["p.M"] == JavaClass(package="p", path=("One", "M"))


def test_finding_the_compilers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of our versions and of this machine, both or none."""
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    paths = [
        tmp_path / "com/google/protobuf/protoc/4.36.2/protoc-4.36.2-osx-aarch_64.exe",
        tmp_path / "io/grpc/protoc-gen-grpc-java/1.83.1/protoc-gen-grpc-java-1.83.1-osx-aarch_64.exe",
    ]
    assert find_compilers(tmp_path) is None
    for path in paths:
        path.parent.mkdir(parents=True)
        path.touch()
    assert find_compilers(tmp_path) == Compilers(protoc=paths[0], grpc_plugin=paths[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses to run a file that is open for writing")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_fork_while_a_compiler_is_copied(tmp_path: Path) -> None:
    """The child has the open files of this process for a while; the copy can be run all the same."""
    stored = tmp_path / "stored.exe"
    stored.write_bytes(b"#!/bin/sh\nexit 0\n" + b"#" * 2**26)
    done = threading.Event()

    def fork() -> None:
        while not done.is_set():
            if any(path.endswith("/stored.exe") for path in _open_files() - {str(stored)}):
                subprocess.run(["true"], check=True, preexec_fn=lambda: time.sleep(0.5))
                return

    thread = threading.Thread(target=fork)
    thread.start()
    try:
        assert compile_java(Compilers(protoc=stored, grpc_plugin=None), (), ()) == {}
    finally:
        done.set()
        thread.join()


def _open_files() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed since
            found.add(os.readlink(link))  # noqa: PTH115
    return found


def test_a_compiler_that_can_not_be_copied(tmp_path: Path) -> None:
    """Raises what the system says, with the path."""
    compilers = Compilers(protoc=tmp_path / "none.exe", grpc_plugin=None)
    with pytest.raises(FileNotFoundError) as raised:
        compile_java(compilers, (), ())
    assert raised.value.errno == errno.ENOENT
    assert raised.value.filename.endswith("/none.exe")
