"""What protoc reads in the generated project, and which Java packages it finds there."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, DescriptorSet, load_contract
from crossfade.codegen.java import JavaError, ProjectOptions, build_project
from crossfade.codegen.java.protos import COMMON, PROTOBUF, PROVIDED, place_in_packages, provided_by, write_contract

BODY = "message M {} service S { rpc Get(M) returns (M); }"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("google/protobuf/timestamp.proto", PROTOBUF),
        ("google/protobuf/java_features.proto", PROTOBUF),
        ("google/protobuf/cpp_features.proto", ""),
        ("google/type/date.proto", COMMON),
        ("google/rpc/status.proto", COMMON),
        ("google/longrunning/operations_proto.proto", ""),
        ("third_party/google/type/date.proto", ""),
    ],
)
def test_who_brings_a_file(file: str, expected: str) -> None:
    """Files of two artifacts are not compiled again; under another path they are files like any other."""
    assert provided_by(file) == expected


def test_the_list_is_that_of_the_artifact() -> None:
    """Where Maven has fetched the jars, the list is what they hold."""
    repository = Path.home() / ".m2" / "repository" / "com" / "google"
    jars = (
        (PROTOBUF, repository / "protobuf/protobuf-java/4.36.2/protobuf-java-4.36.2.jar"),
        (COMMON, repository / "api/grpc/proto-google-common-protos/2.64.1/proto-google-common-protos-2.64.1.jar"),
    )
    if not all(jar.is_file() for _, jar in jars):
        pytest.skip("Maven has not fetched the jars yet")
    for owner, jar in jars:
        with ZipFile(jar) as archive:
            held = {name for name in archive.namelist() if name.endswith(".proto")}
        assert {name for name in held if provided_by(name) != owner} <= {"google/apps/card/v1/card.proto"} | {
            name for name in held if name.startswith("google/shopping/")
        }
        assert all(name in held for name in PROVIDED if provided_by(name) == owner)


def test_a_file_without_a_package(load: Any) -> None:
    """Java can't import from its default package: the option is added behind the owner's text."""
    text = f'syntax = "proto3";\n{BODY}'
    project = build_project(load(text), ProjectOptions(package="dev.acme"))
    written = project.contract_files["proto/one.proto"].decode()
    assert written.startswith(text)
    assert written.endswith('\noption java_package = "dev.acme.proto";\n')
    assert project.services[0].grpc_class == "dev.acme.proto.SGrpc"


def test_a_package_with_keywords(load: Any) -> None:
    """They get an underscore, where the owner did not choose a Java package."""
    contract = load(f'syntax = "proto3"; package a.new.v1; {BODY}')
    placed = place_in_packages(contract, "dev.acme")["one.proto"]
    assert placed.options.java_package == "a.new_.v1"


def test_an_owners_text_is_left_as_it_is(load: Any) -> None:
    """Bytes that are no UTF-8, in a comment, included."""
    contract = load(f'syntax = "proto3"; package p; {BODY}')
    contract = Contract(contract.files, sources={"one.proto": b"\xff as it is"})
    project = build_project(contract, ProjectOptions(package="dev.acme"))
    assert project.contract_files == {"proto/one.proto": b"\xff as it is"}


def test_descriptors_are_one_file(load: Any, tmp_path: Path) -> None:
    """A contract that came as descriptors stays one; its package is set in it, comments do not stay."""
    contract = load(f'syntax = "proto3"; import "google/protobuf/empty.proto"; {BODY}')
    path = tmp_path / "set.binpb"
    path.write_bytes(contract.files.SerializeToString())
    project = build_project(load_contract(DescriptorSet(path=path)), ProjectOptions(package="dev.acme"))
    assert (project.descriptor_set, list(project.contract_files)) == ("proto/contract.binpb", ["proto/contract.binpb"])
    files = descriptor_pb2.FileDescriptorSet.FromString(project.contract_files["proto/contract.binpb"]).file
    assert [file.name for file in files] == ["google/protobuf/empty.proto", "one.proto"]
    assert files[1].options.java_package == "dev.acme.proto"
    assert not files[1].HasField("source_code_info")


@pytest.mark.parametrize(
    "name", ["../a.proto", "/etc/a.proto", "a/../../b.proto", "-I.proto", ".a.proto", "a*.proto", "a b.proto", "a", ""]
)
def test_names_that_lead_elsewhere(name: str) -> None:
    """A descriptor set may call its files as it likes; a build tool would take such names as paths, options, patterns."""
    message = {"name": "M"}
    service = {"name": "S", "method": [{"name": "Get", "input_type": ".p.M", "output_type": ".p.M"}]}
    file = descriptor_pb2.FileDescriptorProto(name=name, package="p", message_type=[message], service=[service])
    contract = Contract(descriptor_pb2.FileDescriptorSet(file=[file]))
    with pytest.raises(JavaError, match=r"expected a plain path ending in \.proto, got .*; rename the file"):
        write_contract(contract, place_in_packages(contract, "dev.acme"), [name])
    with pytest.raises(JavaError):
        build_project(contract, ProjectOptions(package="dev.acme"))
