"""The model of a contract: which services, which package, and that the same input gives the same model."""

from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, ContractError
from crossfade.codegen.java import CallType, JavaError, ProjectModel, ProjectOptions, build_project

BUILDS = """syntax = "proto3";
package ci.builds.v1;
option java_package = "dev.acme.builds.v1";
import "google/protobuf/empty.proto";
// What builds are.
service Builds {
  // One build.
  //
  // Or none.
  rpc Get(google.protobuf.Empty) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Watch(M) returns (stream M);
}
message M {}
"""
HEALTH = 'syntax = "proto3"; package grpc.health.v1; message Q {} service Health { rpc Check(Q) returns (Q); }'


def build(contract: Any, **options: Any) -> ProjectModel:
    """The model with some options."""
    return build_project(contract, ProjectOptions(**options))


def refusal(contract: Any, **options: Any) -> str:
    """What a contract is refused with."""
    with pytest.raises(JavaError) as raised:
        build(contract, **options)
    return str(raised.value)


def test_a_project(load: Any) -> None:
    """Without options all is worked out; the package loses its version."""
    project = build(load(BUILDS))
    assert (project.base_package, project.group_id, project.artifact_id) == ("dev.acme.builds", "dev.acme", "builds")
    assert [proto.name for proto in project.compiled_protos] == ["one.proto"]
    assert project.contract_files == {"proto/one.proto": BUILDS.encode()}
    assert project.descriptor_set == ""
    (service,) = project.services
    get, watch = service.rpcs
    assert (get.full_name, get.call_type, get.safe) == ("ci.builds.v1.Builds/Get", CallType.UNARY, True)
    assert (get.request, get.response) == ("com.google.protobuf.Empty", "dev.acme.builds.v1.One.M")
    assert (get.doc, get.location, service.doc) == ("One build.\n\nOr none.", "one.proto:10", "What builds are.")
    assert (watch.call_type, watch.safe, watch.doc) == (CallType.SERVER_STREAM, False, "")


def test_options_win(load: Any) -> None:
    """What a person chose is taken."""
    project = build(load(BUILDS), package="x.y", group_id="g", artifact_id="a-1")
    assert (project.base_package, project.group_id, project.artifact_id) == ("x.y", "g", "a-1")
    assert project.services[0].gen_package == "x.y.gen.builds"


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (("a.b.v1", "a.b.v2"), "a.b"),
        (("a.b.c", "a.bc.d"), "a"),
        (("a.b.v1beta1",), "a.b"),
        (("a.b.v2p1alpha3",), "a.b"),
        (("a.b.v1.internal",), "a.b.v1.internal"),
    ],
)
def test_the_longest_common_package(load: Any, packages: tuple[str, ...], expected: str) -> None:
    """Levels are compared, not letters, and versions at the end go."""
    texts = {
        f"f{i}": f'syntax = "proto3"; package {package}; message M {{}} service S{i} {{ rpc Get(M) returns (M); }}'
        for i, package in enumerate(packages)
    }
    assert build(load(**texts)).base_package == expected


def test_no_common_package(load: Any) -> None:
    """Nothing is guessed."""
    text = 'syntax = "proto3"; package {}; message M {{}} service S {{ rpc Get(M) returns (M); }}'
    expected = "contract: expected services with a common Java package, got none; name one, for example --package {}"
    assert refusal(load(one=text.format("a"), two=text.format("b"))) == expected.format("com.example.s")
    for service, package in (("UserService", "com.example.user"), ("New", "com.example.service")):
        alone = f'syntax = "proto3"; message M {{}} service {service} {{ rpc Get(M) returns (M); }}'
        assert refusal(load(alone)) == expected.format(package)


@pytest.mark.parametrize(
    ("package", "group", "artifact"),
    [("dev.acme.users", "dev.acme", "users"), ("com.acme", "com.acme", "acme"), ("users", "users", "users")],
)
def test_coordinates(load: Any, package: str, group: str, artifact: str) -> None:
    """The group is what stands before the last part, but never ``com`` alone."""
    project = build(load(BUILDS), package=package)
    assert (project.group_id, project.artifact_id) == (group, artifact)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"package": "a.new"}, "--package: expected a Java package such as dev.acme.users, got 'a.new'; change it"),
        ({"package": "../x"}, "--package: expected a Java package such as dev.acme.users, got '../x'; change it"),
        ({"group_id": "<x>"}, "--group-id: expected letters, digits, dots and hyphens, got '<x>'; change it"),
        ({"artifact_id": "a/b"}, "--artifact-id: expected letters, digits, dots and hyphens, got 'a/b'; change it"),
        (
            {"services": ("p.Gone",)},
            "--service p.Gone: expected a service of the contract, got none; it has ci.builds.v1.Builds",
        ),
    ],
)
def test_wrong_options(load: Any, options: Any, expected: str) -> None:
    """An option that can't be is one line."""
    assert refusal(load(BUILDS), **options) == expected


def test_no_service(load: Any) -> None:
    """A contract of messages alone makes no service."""
    assert refusal(load('syntax = "proto3"; message M {}')) == (
        "contract: expected at least one service, got none; name the .proto files that have services"
    )


def test_the_digest_is_that_of_the_input(load: Any) -> None:
    """The same contract and options give the same model; a comment, an option, a service more another digest."""
    project = build(load(BUILDS))
    assert build(load(BUILDS)) == project
    others = [
        build(load(BUILDS.replace("One build", "A build"))),
        build(load(BUILDS.replace("rpc Watch", "rpc Look"))),
        build(load(BUILDS), package="x"),
        build(load(BUILDS), artifact_id="x"),
    ]
    assert len({project.input_digest, *(other.input_digest for other in others)}) == 5


@pytest.mark.parametrize("name", ["Main", "BuildsHandlers"])
def test_a_message_called_as_what_is_generated(load: Any, name: str) -> None:
    """In the base package it would be the same class."""
    text = BUILDS.replace("message M {}", f"message M {{}} option java_multiple_files = true;\nmessage {name} {{}}")
    contract = load(text)
    assert build(contract).base_package == "dev.acme.builds"
    assert refusal(contract, package="dev.acme.builds.v1") == (
        f"one.proto:14: expected a class that crossfade does not generate, got dev.acme.builds.v1.{name}; choose another --package"
    )


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("message", "M; class X"),
        ("message", "1M"),
        ("service", "S{}"),
        ("rpc", "Get(int x)"),
        ("rpc", ""),
        ("rpc", "a/b"),
    ],
)
def test_names_that_are_none(what: str, name: str) -> None:
    """A descriptor set may hold any text as a name; none gets into a source."""
    names = {"message": "M", "service": "S", "rpc": "Get"} | {what: name}
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", package="p")
    file.message_type.add(name=names["message"])
    kind = f".p.{names['message']}"
    file.service.add(name=names["service"]).method.add(name=names["rpc"], input_type=kind, output_type=kind)
    with pytest.raises(ContractError, match=r"^a\.proto: expected a valid file, got "):
        Contract(descriptor_pb2.FileDescriptorSet(file=[file]))
