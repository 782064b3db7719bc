"""Versions and dependencies of a generated project's build; those of gRPC and protobuf are in ``model``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OPENTELEMETRY = "1.63.0"  # what grpc-opentelemetry 1.83 is built on
SLF4J = "2.0.17"
JUNIT = "5.13.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One Maven artifact; ``version`` is "" where a bill of materials gives it.

    ``without`` are artifacts of its group that it would bring along.
    """

    group: str
    artifact: str
    version: str = ""
    scope: str = ""
    without: tuple[str, ...] = ()

    @property
    def bazel_label(self) -> str:
        """How rules_jvm_external calls it."""
        return "@maven//:" + f"{self.group}_{self.artifact}".replace(".", "_").replace("-", "_")


BOMS = (
    Dependency(group="com.google.protobuf", artifact="protobuf-bom", version="${protobuf.version}"),
    Dependency(group="io.grpc", artifact="grpc-bom", version="${grpc.version}"),
    Dependency(group="io.opentelemetry", artifact="opentelemetry-bom", version="${opentelemetry.version}"),
    Dependency(group="org.slf4j", artifact="slf4j-bom", version="${slf4j.version}"),
    Dependency(group="org.junit", artifact="junit-bom", version="${junit.version}"),
)
# grpc-services requires another build of the same Guava than the rest of gRPC; this one has all that both have.
GUAVA = Dependency(group="com.google.guava", artifact="guava", version="33.6.0-jre")
# What comes new goes into the middle: people add theirs at the ends, and a merge takes both where they do not touch.
DEPENDENCIES = (
    Dependency(group="io.grpc", artifact="grpc-netty-shaded"),
    Dependency(group="io.grpc", artifact="grpc-opentelemetry"),
    Dependency(group="io.grpc", artifact="grpc-inprocess", scope="test"),
    Dependency(group="io.grpc", artifact="grpc-protobuf"),
    Dependency(group="io.grpc", artifact="grpc-services"),
    Dependency(group="io.grpc", artifact="grpc-stub"),
    Dependency(group="io.grpc", artifact="grpc-util"),
    Dependency(group="org.slf4j", artifact="slf4j-api"),
    Dependency(group="org.slf4j", artifact="slf4j-jdk14", scope="runtime"),
    Dependency(group="io.opentelemetry", artifact="opentelemetry-sdk"),
    Dependency(
        group="io.opentelemetry",
        artifact="opentelemetry-exporter-otlp",
        without=("opentelemetry-exporter-sender-okhttp",),
    ),
    Dependency(group="io.opentelemetry", artifact="opentelemetry-exporter-sender-jdk"),
    Dependency(group="org.junit.jupiter", artifact="junit-jupiter", scope="test"),
)
# All of them run on Maven 3.8, and are not what a Maven of any age would take by itself.
MAVEN_PLUGINS: Mapping[str, str] = MappingProxyType(
    {
        "build-helper": "3.6.0",
        "clean": "3.4.1",
        "compiler": "3.14.0",
        "dependency": "3.8.1",
        "deploy": "3.1.4",
        "enforcer": "3.5.0",
        "install": "3.1.4",
        "jar": "3.4.2",
        "resources": "3.3.1",
        "site": "3.21.0",
        "surefire": "3.5.3",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BazelVersions:
    """Bazel and the modules of its central registry, which has its own, older gRPC."""

    bazel: str = "8.4.2"
    contrib_rules_jvm: str = "0.34.0"
    googleapis: str = "0.0.0-20240326-1c8d509c5"
    grpc_java: str = "1.82.0"
    protobuf: str = "33.4"
    rules_java: str = "9.3.0"
    rules_jvm_external: str = "6.10"
