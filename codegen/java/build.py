"""Makes the model of a contract: the one place where a project's names are chosen."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, Service
from crossfade.codegen.java.choice import choose_services, own_services
from crossfade.codegen.java.classes import check_classes, java_classes
from crossfade.codegen.java.model import VERSIONS, ProjectModel, ProjectOptions, ProtoModel
from crossfade.codegen.java.names import JavaError, java_package
from crossfade.codegen.java.protos import place_in_packages, provided_by, write_contract
from crossfade.codegen.java.services import name_services, own_classes
from crossfade.codegen.java.words import is_package

_Files = Mapping[str, descriptor_pb2.FileDescriptorProto]
_VERSION = re.compile(r"v\d+((alpha|beta|p)\d+)*|v\d+(alpha|beta)")
_COORDINATE = re.compile(r"[A-Za-z0-9_.-]+")


def build_project(
    contract: Contract, options: ProjectOptions, known_folders: Mapping[str, str] | None = None
) -> ProjectModel:
    """The model of the Java service for a contract. It touches no disk, and the same input gives the same model.

    ``known_folders`` are those of the services that the project has already, by full name.

    Raises: JavaError: an option is wrong, or Java can't have what the contract names.
    """
    chosen, left_out = choose_services(contract, options.services)
    base = _base_package(contract, chosen, options)
    files = place_in_packages(contract, base)
    protos = tuple(_proto(contract, file, chosen) for file in files.values())
    classes = java_classes(files.values())
    written_classes = check_classes(contract, [files[proto.name] for proto in protos if not proto.provided_by])
    services = name_services(contract, chosen, base, classes, known_folders or {})
    for java in own_classes(services, base):
        if java in written_classes:
            raise JavaError(
                f"{written_classes[java]}: expected a class that crossfade does not generate, got {java}; "
                "choose another --package"
            )
    written = write_contract(contract, files, [proto.name for proto in protos if not proto.provided_by])
    group, artifact = _coordinates(base)
    return ProjectModel(
        base_package=base,
        group_id=_coordinate("--group-id", options.group_id or group),
        artifact_id=_coordinate("--artifact-id", options.artifact_id or artifact),
        services=services,
        left_out=left_out,
        protos=protos,
        contract_files=written,
        input_digest=_digest(contract, base, repr((options, services, protos, VERSIONS)), written),
    )


def _base_package(contract: Contract, chosen: Sequence[Service], options: ProjectOptions) -> str:
    """``--package``, else the longest package that all services' Java packages share, without a version.

    Services that every server has, and Google's, do not count beside others.
    """
    if options.package:
        if not is_package(options.package):
            expected = "a Java package such as dev.acme.users"
            raise JavaError(f"--package: expected {expected}, got {options.package!r}; change it")
        return options.package
    wanted = {service.file for service in own_services(chosen)}
    packages = {java_package(file) for file in contract.files.file if file.name in wanted}
    # the levels at which all have the same part, up to the first at which they do not
    levels = zip(*(package.split(".") for package in packages), strict=False)
    parts = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels)]
    while parts and _VERSION.fullmatch(parts[-1]):
        parts = parts[:-1]
    base = ".".join(parts)
    if not is_package(base):
        raise JavaError(
            "contract: expected services with a common Java package, got none; "
            f"name one, for example --package {_suggestion(own_services(chosen))}"
        )
    return base


def _suggestion(chosen: Sequence[Service]) -> str:
    """A package called as the first service; ``com.example`` marks the part that a person still has to choose."""
    name = re.sub(r"[^a-z0-9]", "", chosen[0].full_name.rpartition(".")[2].lower().removesuffix("service"))
    return f"com.example.{name if is_package(name) else 'service'}"


def _coordinates(base: str) -> tuple[str, str]:
    """Group and artifact of a package: all but its last part, and that part.

    A group of one part (``com``) is nobody's: then it is the whole package.
    """
    group, _, artifact = base.rpartition(".")
    return (group if "." in group else base), artifact


def _coordinate(option: str, text: str) -> str:
    if not _COORDINATE.fullmatch(text):
        raise JavaError(f"{option}: expected letters, digits, dots and hyphens, got {text!r}; change it")
    return text


def _proto(contract: Contract, file: descriptor_pb2.FileDescriptorProto, chosen: Iterable[Service]) -> ProtoModel:
    """A file whose services are generated is compiled even where an artifact has its messages: none has the service."""
    own = any(service.file == file.name for service in chosen)
    return ProtoModel(
        name=file.name,
        package=file.package,
        java_package=java_package(file),
        provided_by="" if own else provided_by(file.name),
        imports=tuple(file.dependency),
        services=tuple(service.full_name for service in contract.services.values() if service.file == file.name),
    )


def _digest(contract: Contract, base: str, decided: str, written: Mapping[str, bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in (contract.digest, base, decided, *written):
        digest.update(f"{len(part)} {part}".encode(errors="surrogatepass"))
    for data in written.values():
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
