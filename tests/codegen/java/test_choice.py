"""Which services are generated: those that a person named; the others with a reason each."""

from pathlib import Path
from typing import Any

import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.codegen.java import JavaError, ProjectModel, ProjectOptions, build_project

MESSAGE = 'syntax = "proto3"; package {package}; {imports} message M {{}} '
SERVICE = MESSAGE + "service {name} {{ rpc Get(M) returns (M); }}"
LOCATIONS = "google/cloud/location/locations.proto"


def text_of(package: str, name: str, *imports: str) -> str:
    """A .proto with one service."""
    lines = " ".join(f'import "{path}";' for path in imports)
    return SERVICE.format(package=package, name=name, imports=lines)


def model(contract: Contract, *services: str) -> ProjectModel:
    """The model with these --service."""
    return build_project(contract, ProjectOptions(services=services))


def chosen(contract: Contract, *services: str) -> list[str]:
    """The full names of what is generated."""
    return [service.full_name for service in model(contract, *services).services]


def left(contract: Contract, *services: str) -> dict[str, str]:
    """What is left out, and why."""
    return {out.service: out.reason for out in model(contract, *services).left_out}


def from_descriptors(contract: Contract) -> Contract:
    """The same without texts."""
    return Contract(contract.files)


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("grpc.health.v1", "Health"),
        ("grpc.reflection.v1", "ServerReflection"),
        ("grpc.reflection.v1alpha", "ServerReflection"),
        ("grpc.channelz.v1", "Channelz"),
    ],
)
def test_a_file_that_was_named(load: Any, package: str, name: str) -> None:
    """Its services are generated, whatever they are called, beside others and alone."""
    common, own = text_of(package, name), text_of("acme.users", "Users")
    assert chosen(load(one=common, two=own)) == [f"{package}.{name}", "acme.users.Users"]
    assert chosen(load(one=common)) == [f"{package}.{name}"]
    assert model(load(one=common, two=own)).base_package == "acme.users"


def test_a_file_of_googles_that_was_named(tmp_path: Path) -> None:
    """It is generated as any other, but does not choose the package."""
    root = Path(annotations_pb2.__file__).parents[2]
    own = tmp_path / "api.proto"
    own.write_text(text_of("acme.users", "Users"))
    contract = load_contract(ProtoFiles(files=(root / LOCATIONS, own), includes=(root,)))
    assert chosen(contract) == ["google.cloud.location.Locations", "acme.users.Users"]
    assert model(contract).base_package == "acme.users"
    assert left(contract) == {}


def test_a_file_that_is_only_imported(tmp_path: Path) -> None:
    """Its services are left out, with the way to have them; --service takes one all the same."""
    (tmp_path / "api.proto").write_text(text_of("acme.users", "Users", "base.proto", LOCATIONS))
    (tmp_path / "base.proto").write_text(text_of("acme.base", "Base"))
    contract = load_contract(ProtoFiles(files=(tmp_path / "api.proto",), includes=(tmp_path,)))
    assert chosen(contract) == ["acme.users.Users"]
    name, google = "acme.base.Base", "google.cloud.location.Locations"
    end = "is only imported; name the file with --proto, or add --service"
    assert left(contract) == {
        name: f"base.proto {end} {name} to generate it",
        google: f"{LOCATIONS} {end} {google} to generate it",
    }
    assert chosen(contract, name) == [name]
    assert set(left(contract, name).values()) == {"not among those named with --service"}


def test_a_named_file_without_a_service(tmp_path: Path) -> None:
    """The line names what was only imported."""
    (tmp_path / "api.proto").write_text(MESSAGE.format(package="acme", imports='import "base.proto";'))
    (tmp_path / "base.proto").write_text(text_of("acme.base", "Base"))
    contract = load_contract(ProtoFiles(files=(tmp_path / "api.proto",)))
    with pytest.raises(JavaError) as raised:
        model(contract)
    assert str(raised.value) == (
        "contract: expected a service in the .proto files that you named, got only imported ones "
        "(acme.base.Base in base.proto); name their files with --proto"
    )


def test_descriptors(load: Any) -> None:
    """Nobody named a file: what every server has is left out with its reason, unless it is all there is."""
    health, channelz = text_of("grpc.health.v1", "Health"), text_of("grpc.channelz.v1", "Channelz")
    contract = from_descriptors(load(one=health, two=channelz, three=text_of("acme.users", "Users", LOCATIONS)))
    assert chosen(contract) == ["acme.users.Users"]
    assert left(contract) == {
        "grpc.health.v1.Health": "the generated server has its own; add --service grpc.health.v1.Health to generate it",
        "grpc.channelz.v1.Channelz": (
            "forwarded to legacy unchanged; add --service grpc.channelz.v1.Channelz to generate it"
        ),
        "google.cloud.location.Locations": (
            f"{LOCATIONS} came with what imports it; add --service google.cloud.location.Locations to generate it"
        ),
    }
    assert chosen(from_descriptors(load(health))) == ["grpc.health.v1.Health"]


def test_descriptors_of_googles_own(load: Any) -> None:
    """A file that none of the others imports must have been named."""
    contract = from_descriptors(load(f'syntax = "proto3"; package p; import "{LOCATIONS}";'))
    alone = [file for file in contract.files.file if file.name != "one.proto"]
    files = descriptor_pb2.FileDescriptorSet(file=alone)
    assert chosen(Contract(files)) == ["google.cloud.location.Locations"]


def test_what_descriptors_call_an_import(load: Any) -> None:
    """Where they tell, it is left out."""
    files = load(one=text_of("acme.users", "Users"), two=text_of("acme.base", "Base")).files
    contract = Contract(files, named=("one.proto",))
    assert chosen(contract) == ["acme.users.Users"]
    assert left(contract) == {
        "acme.base.Base": "two.proto is only imported; add --service acme.base.Base to generate it"
    }
