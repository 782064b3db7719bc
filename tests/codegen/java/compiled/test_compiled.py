"""What is generated compiles with what protoc and the grpc plugin write, starts, and answers."""

from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from crossfade.codegen.java import CallType, RpcModel

pytestmark = pytest.mark.java
_DEADLINE_S = 20.0


@pytest.fixture(scope="session")
def channel(target: str) -> Iterator[grpc.Channel]:
    """A channel to the server."""
    with grpc.insecure_channel(target) as channel:
        yield channel


def call(channel: grpc.Channel, rpc: RpcModel, question: Message, kind: type[Message]) -> list[Message]:
    """The answers of one call."""
    coders = {"request_serializer": type(question).SerializeToString, "response_deserializer": kind.FromString}
    method = f"/{rpc.full_name}"
    match rpc.call_type:
        case CallType.UNARY:
            return [channel.unary_unary(method, **coders)(question, timeout=_DEADLINE_S)]
        case CallType.SERVER_STREAM:
            return list(channel.unary_stream(method, **coders)(question, timeout=_DEADLINE_S))
        case CallType.CLIENT_STREAM:
            return [channel.stream_unary(method, **coders)(iter((question,)), timeout=_DEADLINE_S)]
        case CallType.BIDI:
            return list(channel.stream_stream(method, **coders)(iter((question,)), timeout=_DEADLINE_S))


def filled(message: Message) -> Message:
    """The message with its required fields set."""
    for field in message.DESCRIPTOR.fields:
        if field.is_required:
            setattr(message, field.name, "x" if field.cpp_type == field.CPPTYPE_STRING else 1)
    return message


def test_every_rpc_answers(everything: Mapping[str, Any], channel: grpc.Channel) -> None:
    """One call to each RPC of each service: the types are those of the contract, and the call types too."""
    called = set()
    for made in everything.values():
        for service in made.project.services:
            for rpc in service.rpcs:
                method = made.contract.methods[rpc.full_name]
                question = filled(made.contract.message_class(method.input_type)())
                answers = call(channel, rpc, question, made.contract.message_class(method.output_type))
                assert len(answers) == 1, rpc.full_name
                called.add(rpc.full_name)
    assert len(called) == sum(len(service.rpcs) for made in everything.values() for service in made.project.services)
    assert len(called) > 70


def test_javac_has_nothing_to_say(build: Any) -> None:
    """With -Xlint:all there is no warning in what crossfade writes; what protoc writes is its own."""
    assert [line for line in build.warnings if "/src/main/java/dev/crossfade/f" in line] == []


@pytest.mark.parametrize("name", ["common", "served"])
def test_a_service_without_rpcs_has_a_binder(build: Any, name: str) -> None:
    """The classes of a foreign contract are there."""
    assert list((build.folder / "target" / "classes" / "dev" / "crossfade" / "foreign" / name).rglob("*Binder.class"))
