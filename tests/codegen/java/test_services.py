"""What crossfade's own classes and folders are called, and that they stay apart."""

from typing import Any

import pytest

from crossfade.codegen.java import JavaError, ProjectModel, ProjectOptions, build_project


def project_of(load: Any, *services: str, package: str = "p") -> ProjectModel:
    """The model of services in one file."""
    text = f'syntax = "proto3";\npackage {package};\nmessage M {{}}\n' + "\n".join(services)
    return build_project(load(text), ProjectOptions(package="dev.acme"))


def a_service(name: str, *rpcs: str) -> str:
    """A service with these RPCs, one a line."""
    return f"service {name} {{\n" + "\n".join(f"rpc {rpc}(.p.M) returns (.p.M);" for rpc in rpcs) + "\n}"


def test_a_service(load: Any) -> None:
    """Its folder is its name in small letters; its classes are called after it."""
    (service,) = project_of(load, a_service("BuildService", "GetBuild")).services
    assert (service.folder, service.binder_name, service.handlers_name) == (
        "buildservice",
        "BuildServiceBinder",
        "BuildServiceHandlers",
    )
    assert (service.gen_package, service.rpc_package) == ("dev.acme.gen.buildservice", "dev.acme.rpc.buildservice")
    assert (service.full_name, service.name, service.proto) == ("p.BuildService", "BuildService", "one.proto")
    assert (service.grpc_class, service.java_package, service.location) == ("p.BuildServiceGrpc", "p", "one.proto:4")
    (rpc,) = service.rpcs
    assert (rpc.interface_name, rpc.handler_name, rpc.binder_method) == ("GetBuild", "GetBuildHandler", "getBuild")
    assert (rpc.name, rpc.location, rpc.request, rpc.response) == ("GetBuild", "one.proto:5", "p.One.M", "p.One.M")


@pytest.mark.parametrize(
    ("name", "folder"), [("Import", "import_"), ("Con", "con_"), ("_1", "s1"), ("__", "service"), ("A_b", "ab")]
)
def test_folders(load: Any, name: str, folder: str) -> None:
    """A folder is a part of a Java package, and a folder on any disk."""
    assert project_of(load, a_service(name, "Get")).services[0].folder == folder


def test_two_services_of_one_name(load: Any) -> None:
    """Then the package goes before it, in folders and in classes."""
    first = 'syntax = "proto3"; package a.v1; message M {} service Store { rpc Get(M) returns (M); }'
    contract = load(one=first, two=first.replace("a.v1", "b"))
    services = build_project(contract, ProjectOptions(package="dev.acme")).services
    assert [service.folder for service in services] == ["a_v1_store", "b_store"]
    assert [service.handlers_name for service in services] == ["AV1StoreHandlers", "BStoreHandlers"]


@pytest.mark.parametrize(
    ("known", "folders", "handlers"),
    [
        ({"b.Store": "store"}, ["a_v1_store", "store"], ["AV1StoreHandlers", "StoreHandlers"]),
        ({"a.v1.Store": "store"}, ["store", "b_store"], ["StoreHandlers", "BStoreHandlers"]),
        ({"a.v1.Store": "../../x", "b.Store": ""}, ["a_v1_store", "b_store"], ["AV1StoreHandlers", "BStoreHandlers"]),
    ],
)
def test_a_service_that_was_there_before(load: Any, known: Any, folders: list[str], handlers: list[str]) -> None:
    """It keeps its folder and its classes when another one of its name comes; no folder is taken as it is told."""
    first = 'syntax = "proto3"; package a.v1; message M {} service Store { rpc Get(M) returns (M); }'
    contract = load(one=first, two=first.replace("a.v1", "b"))
    services = build_project(contract, ProjectOptions(package="dev.acme"), known).services
    assert [service.folder for service in services] == folders
    assert [service.handlers_name for service in services] == handlers


def test_a_service_whose_namesake_left(load: Any) -> None:
    """It keeps its long names."""
    contract = load('syntax = "proto3"; package b; message M {} service Store { rpc Get(M) returns (M); }')
    (service,) = build_project(contract, ProjectOptions(package="dev.acme"), {"b.Store": "b_store"}).services
    assert (service.folder, service.handlers_name) == ("b_store", "BStoreHandlers")


def test_two_services_of_one_folder(load: Any) -> None:
    """In one package a number keeps them apart."""
    services = project_of(load, a_service("FooBar"), a_service("Foo_Bar")).services
    assert [service.folder for service in services] == ["p_foobar", "p_foobar2"]
    assert [service.binder_name for service in services] == ["PFooBarBinder", "PFooBar2Binder"]


def test_rpcs_called_as_what_is_imported(load: Any) -> None:
    """The binder, the gRPC class and the runtime's Rpc keep their names."""
    (service,) = project_of(load, a_service("S", "Rpc", "SBinder", "SGrpc", "Getx", "GetX", "_1", "Aux")).services
    names = [rpc.interface_name for rpc in service.rpcs]
    assert names == ["Rpc2", "SBinder2", "SGrpc2", "Getx", "GetX2", "Rpc1", "Aux2"]


def test_the_binders_methods_are_no_keywords(load: Any) -> None:
    """A keyword gets an underscore, as in stubs."""
    (service,) = project_of(load, a_service("S", "Import", "class", "Record")).services
    assert [rpc.binder_method for rpc in service.rpcs] == ["import_", "class_", "record"]


@pytest.mark.parametrize(
    ("rpcs", "expected"),
    [
        (
            ("get_x", "GetX"),
            "one.proto:6: expected RPCs that differ in Java, got GetX and get_x, both getGetXMethod; rename one",
        ),
        (
            ("getx", "GETX"),
            "one.proto:6: expected RPCs that differ in Java, got GETX and getx, both METHODID_GETX; rename one",
        ),
        (("Null",), "one.proto:5: expected an RPC name that the grpc plugin can write in Java, got Null; rename it"),
        (("_",), "one.proto:5: expected an RPC name that the grpc plugin can write in Java, got _; rename it"),
    ],
)
def test_rpcs_that_the_grpc_plugin_can_not_write(load: Any, rpcs: tuple[str, ...], expected: str) -> None:
    """What it writes for them does not compile: one line says so, with the place."""
    with pytest.raises(JavaError) as raised:
        project_of(load, a_service("S", *rpcs))
    assert str(raised.value) == expected


def test_a_service_without_rpcs(load: Any) -> None:
    """It has a binder, and nothing to bind."""
    assert project_of(load, a_service("S")).services[0].rpcs == ()
