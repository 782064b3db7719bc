"""The model of a generated Java service: every decision is taken here, templates only loop."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import CallType
from crossfade.codegen.java.names import JavaClass

__all__ = [
    "VERSIONS",
    "CallType",
    "JavaClass",
    "LeftOut",
    "ProjectModel",
    "ProjectOptions",
    "ProtoModel",
    "RpcModel",
    "RuntimeVersions",
    "ServiceModel",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOptions:
    """What a person may decide. An empty text is worked out from the contract.

    ``services`` are full names; empty means those of the files that were named, see ``choice``.
    """

    package: str = ""
    group_id: str = ""
    artifact_id: str = ""
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeVersions:
    """Versions that fit together. protoc and protobuf-java have one: older libraries refuse what protoc writes."""

    grpc: str
    protobuf: str
    protobuf_maven_plugin: str
    maven_wrapper: str
    maven: str
    jdk_release: int


VERSIONS = RuntimeVersions(
    grpc="1.83.1",
    protobuf="4.36.2",
    protobuf_maven_plugin="3.10.3",  # the newest that also runs on Maven 3.8
    maven_wrapper="3.3.4",
    maven="3.9.11",
    jdk_release=17,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtoModel:
    """One .proto file of the contract.

    ``provided_by`` names the Maven artifact that brings its classes and its text; "" means that it is compiled in the
    generated project. ``services`` are the full names of the services in it.
    """

    name: str
    package: str
    java_package: str
    provided_by: str
    imports: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcModel:
    """One RPC: ``full_name`` is ``pkg.Service/Method``, ``location`` is ``path.proto:17``.

    ``safe`` means that it may be sent twice, ``deprecated`` that one of its messages is. ``doc`` is the proto's comment
    as it stands there. ``method_getter`` is the method of the service's gRPC class that returns the descriptor.
    """

    full_name: str
    name: str
    call_type: CallType
    safe: bool
    request_class: JavaClass
    response_class: JavaClass
    doc: str
    location: str
    interface_name: str
    handler_name: str
    binder_method: str
    method_getter: str
    deprecated: bool = False

    @property
    def request(self) -> str:
        """The request's class in full."""
        return str(self.request_class)

    @property
    def response(self) -> str:
        """The response's class in full."""
        return str(self.response_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceModel:
    """One service. ``folder`` is its part of a package: ``<base>.gen.<folder>``, ``<base>.rpc.<folder>``.

    ``grpc`` is the class that the grpc plugin writes; ``handlers_name`` is the class in the base package that lists the
    handlers, ``binder_name`` the one in ``gen_package`` that binds them.
    """

    full_name: str
    name: str
    folder: str
    grpc: JavaClass
    gen_package: str
    rpc_package: str
    binder_name: str
    handlers_name: str
    doc: str
    location: str
    proto: str
    rpcs: tuple[RpcModel, ...]
    deprecated: bool = False

    @property
    def java_package(self) -> str:
        """The package of the service's gRPC class."""
        return self.grpc.package

    @property
    def grpc_class(self) -> str:
        """The service's gRPC class in full."""
        return str(self.grpc)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A service of the contract that is not generated, by its full name, and why."""

    service: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectModel:
    """A whole service. ``contract_files`` are the files below the project's folder that protoc reads.

    They are the .proto files that are not provided by an artifact, or ``proto/contract.binpb`` where the contract came
    as descriptors. ``input_digest`` changes whenever anything that is generated may change.
    """

    base_package: str
    group_id: str
    artifact_id: str
    services: tuple[ServiceModel, ...]
    left_out: tuple[LeftOut, ...] = ()
    protos: tuple[ProtoModel, ...]
    contract_files: Mapping[str, bytes]
    runtime_versions: RuntimeVersions = VERSIONS
    input_digest: str

    @property
    def compiled_protos(self) -> tuple[ProtoModel, ...]:
        """The protos that are compiled in the generated project."""
        return tuple(proto for proto in self.protos if not proto.provided_by)

    @property
    def descriptor_set(self) -> str:
        """The path of the descriptor set below the project's folder, "" where there are .proto files."""
        return next((path for path in self.contract_files if path.endswith(".binpb")), "")
