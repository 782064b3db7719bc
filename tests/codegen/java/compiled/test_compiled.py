"""What is generated compiles with what protoc and the grpc plugin write, starts, and answers."""

import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from crossfade.codegen.java import CallType, RpcModel

# What the formatter needs of the JDK, by its own documentation.
JAVAC = ("api", "code", "file", "parser", "tree", "util")
pytestmark = pytest.mark.java
_DEADLINE_S = 20.0
# A generated server has these services by itself: they answer there, and are never forwarded.
OWN = ("grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection")
OWN_RPCS = ("grpc.health.v1.Health/Check", "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")


def call(channel: grpc.Channel, rpc: RpcModel, question: bytes) -> tuple[list[bytes], dict[str, Any]]:
    """The answers of one call, and its trailing metadata."""
    method = f"/{rpc.full_name}"
    questions = iter((question,))
    answers: Any
    match rpc.call_type:
        case CallType.UNARY | CallType.SERVER_STREAM:
            answers = channel.unary_stream(method)(question, timeout=_DEADLINE_S)
        case CallType.CLIENT_STREAM | CallType.BIDI:
            answers = channel.stream_stream(method)(questions, timeout=_DEADLINE_S)
    messages = list(answers)
    return messages, dict((*answers.initial_metadata(), *answers.trailing_metadata()))


def filled(message: Message) -> Message:
    """The message with its required fields set."""
    for field in message.DESCRIPTOR.fields:
        if field.is_required:
            setattr(message, field.name, "x" if field.cpp_type == field.CPPTYPE_STRING else 1)
    return message


def rpcs_of(everything: Mapping[str, Any]) -> Iterator[tuple[Any, RpcModel]]:
    """Each RPC with the contract that it is of."""
    for made in everything.values():
        for service in made.project.services:
            yield from ((made.contract, rpc) for rpc in service.rpcs)


def test_every_handler_answers(everything: Mapping[str, Any], ported: grpc.Channel) -> None:
    """One call to each RPC of each service: what comes back is a message of the contract's type."""
    called = set()
    for contract, rpc in rpcs_of(everything):
        if rpc.full_name.startswith(OWN) and rpc.full_name not in OWN_RPCS:
            continue
        method = contract.methods[rpc.full_name]
        question = filled(contract.message_class(method.input_type)())
        (answer,), _ = call(ported, rpc, question.SerializeToString())
        contract.message_class(method.output_type)().MergeFromString(answer)
        called.add(rpc.full_name.rpartition("/")[0])
    with_rpcs = {service.full_name for made in everything.values() for service in made.project.services if service.rpcs}
    assert called == with_rpcs
    assert len(called) > 30


def test_every_rpc_is_forwarded(everything: Mapping[str, Any], forwarded: grpc.Channel) -> None:
    """In LEGACY mode, which is the default, the bytes go to legacy and back, whatever the RPC is called."""
    for _, rpc in rpcs_of(everything):
        if rpc.full_name.startswith(OWN):
            continue
        messages, metadata = call(forwarded, rpc, b"\xff as it is")
        assert messages == [b"\xff as it is"], rpc.full_name
        assert metadata["x-crossfade-served-by"] == "legacy", rpc.full_name


def test_javac_has_nothing_to_say(build: Any) -> None:
    """With -Xlint:all there is no warning in what crossfade writes; what protoc writes is its own."""
    assert build.warnings
    assert [line for line in build.warnings if "/src/main/java/" in line] == []


def test_what_an_artifact_brings_is_not_compiled(build: Any) -> None:
    """Neither from .proto files nor from a descriptor set."""
    classes = build.folder / "target" / "classes"
    assert not (classes / "com" / "google" / "protobuf").exists()
    assert not (classes / "com" / "google" / "type").exists()
    assert (classes / "com" / "google" / "longrunning" / "OperationsGrpc.class").is_file()
    assert (classes / "io" / "grpc" / "health" / "v1" / "HealthGrpc.class").is_file()


def test_google_java_format_changes_nothing(build: Any) -> None:
    """What is generated is laid out as people's own code is."""
    (formatter,) = (build.folder / "target" / "tools").glob("google-java-format-*.jar")
    exports = [f"--add-exports=jdk.compiler/com.sun.tools.javac.{name}=ALL-UNNAMED" for name in JAVAC]
    ours = build.folder / "src" / "main" / "java" / "dev" / "crossfade"
    files = [*build.folder.glob("stubs/**/*.java"), *ours.glob("f*/**/gen/**/*.java")]
    assert len(files) > 150
    command = ["java", "-XX:TieredStopAtLevel=1", *exports, "-jar", formatter, "--dry-run", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
