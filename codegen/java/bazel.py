"""The BUILD.bazel and MODULE.bazel of a project: one target for each proto, labels for what they import."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crossfade.codegen.java.model import ProjectModel, ProtoModel
from crossfade.codegen.java.scaffold_versions import DEPENDENCIES, JUNIT, OPENTELEMETRY, SLF4J, BazelVersions

_GRPC = (
    "@grpc-java//api",
    "@grpc-java//netty:shaded_maven",
    "@grpc-java//protobuf",
    "@grpc-java//services:health",
    "@grpc-java//services:reflection",
    "@grpc-java//stub",
    "@grpc-java//util",
    "@protobuf//:protobuf_java",
)
_RULES = {
    "java_binary": "@rules_java//java:java_binary.bzl",
    "java_grpc_library": "@grpc-java//:java_grpc_library.bzl",
    "java_junit5_test": "@contrib_rules_jvm//java:defs.bzl",
    "java_library": "@rules_java//java:java_library.bzl",
    "java_proto_library": "@protobuf//bazel:java_proto_library.bzl",
    "proto_library": "@protobuf//bazel:proto_library.bzl",
}
_FROM_MAVEN = frozenset({"io.opentelemetry", "org.slf4j"})
_JUNIT_API = "@maven//:org_junit_jupiter_junit_jupiter_api"
_PROTO_RULES = ("java_grpc_library", "java_proto_library", "proto_library")


@dataclass(frozen=True, slots=True, kw_only=True)
class BazelProto:
    """A proto_library; ``name`` is the start of its targets' names, ``deps`` are labels."""

    name: str
    path: str
    deps: tuple[str, ...]
    has_services: bool


def bazel_view(project: ProjectModel) -> Mapping[str, object]:
    """What the two templates need."""
    names = _target_names([proto.name for proto in project.compiled_protos])
    protos = tuple(_proto(proto, names) for proto in project.compiled_protos)
    from_descriptors = bool(project.descriptor_set)
    rules = sorted(_RULES if not from_descriptors else {*_RULES} - {*_PROTO_RULES})
    named = [dep for dep in DEPENDENCIES if dep.group in _FROM_MAVEN or dep.artifact == "grpc-opentelemetry"]
    maven, later = ([dep for dep in named if (dep.scope == "runtime") is late] for late in (False, True))
    grpc = [] if from_descriptors else [f":{proto.name}_java_grpc" for proto in protos if proto.has_services]
    messages = [] if from_descriptors else [f":{proto.name}_java_proto" for proto in protos]
    library = [*messages, *grpc, *_GRPC, *(dep.bazel_label for dep in maven)]
    return {
        "bazel": BazelVersions(),
        "bazel_name": bazel_name(project.artifact_id),
        "bazel_protos": protos,
        "loads": sorted((_RULES[rule], f'"{rule}"') for rule in rules),
        "library_deps": _sorted(library),
        "library_runtime_deps": _sorted(dep.bazel_label for dep in later),
        "test_deps": _sorted([":service", *grpc, "@grpc-java//api", _JUNIT_API]),
        "maven_artifacts": _artifacts(),
        "proto_names": " ".join(proto.name for proto in project.compiled_protos),
        "uses_googleapis": any("@googleapis//" in dep for proto in protos for dep in proto.deps),
    }


def bazel_name(text: str) -> str:
    """A name that a module and a target may have."""
    name = re.sub(r"[^a-z0-9._-]+", "_", text.lower()).strip("._-")
    return name if name[:1].isalpha() else f"service_{name}".rstrip("_")


def _proto(proto: ProtoModel, names: Mapping[str, str]) -> BazelProto:
    deps = {f":{names[name]}_proto" if name in names else _foreign(name) for name in proto.imports}
    return BazelProto(
        name=names[proto.name], path=proto.name, deps=tuple(_sorted(deps)), has_services=bool(proto.services)
    )


def _sorted(labels: Iterable[str]) -> list[str]:
    """As buildifier does it: this package first, and a point is as good as a colon."""
    return sorted(labels, key=lambda label: (not label.startswith(":"), label.replace(":", ".").split(".")))


def _target_names(paths: Sequence[str]) -> Mapping[str, str]:
    """``a/b.proto`` is ``a_b``; where two paths would meet, each later one has its number behind."""
    names: dict[str, str] = {}
    for path in paths:
        name = plain = re.sub(r"[^A-Za-z0-9]", "_", path.removesuffix(".proto"))
        number = 1
        while name in names.values():
            number += 1
            name = f"{plain}_{number}"
        names[path] = name
    return names


def _foreign(path: str) -> str:
    folder, _, file = path.removesuffix(".proto").rpartition("/")
    return f"@protobuf//:{file}_proto" if folder == "google/protobuf" else f"@googleapis//{folder}:{file}_proto"


def _artifacts() -> list[str]:
    grpc = BazelVersions().grpc_java
    telemetry = [dep for dep in DEPENDENCIES if dep.group == "io.opentelemetry"]
    platform = ("engine", "launcher", "reporting")
    return sorted(
        [
            f"io.grpc:grpc-opentelemetry:{grpc}",
            *(f"{dep.group}:{dep.artifact}:{OPENTELEMETRY}" for dep in telemetry),
            *(f"org.slf4j:slf4j-{part}:{SLF4J}" for part in ("api", "jdk14")),
            *(f"org.junit.jupiter:junit-jupiter-{part}:{JUNIT}" for part in ("api", "engine")),
            *(f"org.junit.platform:junit-platform-{part}:1.{JUNIT.partition('.')[2]}" for part in platform),
        ]
    )
