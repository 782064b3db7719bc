"""Renders the files that a person and crossfade both own: the build, the image, manifests, and where handlers meet."""

import re
from collections.abc import Mapping
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from crossfade.codegen.java.bazel import bazel_view
from crossfade.codegen.java.imports import Imports
from crossfade.codegen.java.layout import call
from crossfade.codegen.java.model import JavaClass, ProjectModel, ServiceModel
from crossfade.codegen.java.render_gen import RUNTIME_PACKAGE
from crossfade.codegen.java.scaffold_versions import (
    BOMS,
    DEPENDENCIES,
    GUAVA,
    JUNIT,
    MAVEN_PLUGINS,
    OPENTELEMETRY,
    SLF4J,
)

EXECUTABLE = frozenset({"mvnw"})
STRANGLER = tuple(
    f"gen/src/main/java/{RUNTIME_PACKAGE.replace('.', '/')}/{name}" for name in ("strangler/", "Strangler.java")
)
MODES_FILE = "modes.properties"
_PORT, _HEALTH_PORT = 50051, 50052
_HEALTH = "grpc.health.v1.Health"
_MAX_NAME = 40  # a label in DNS has 63 characters, and suffixes come
_FILES = {
    ".bazelrc": "bazelrc.j2",
    ".bazelversion": "bazelversion.j2",
    ".dockerignore": "dockerignore.j2",
    ".gitattributes": "gitattributes.j2",
    ".gitignore": "gitignore.j2",
    "BUILD.bazel": "BUILD.bazel.j2",
    "Dockerfile": "Dockerfile.j2",
    "MODULE.bazel": "MODULE.bazel.j2",
    "README.md": "README.md.j2",
    "catalog-info.yaml": "catalog-info.yaml.j2",
    "k8s/deployment.yaml": "k8s/deployment.yaml.j2",
    "k8s/service.yaml": "k8s/service.yaml.j2",
    "pom.xml": "pom.xml.j2",
}
_STRANGLER_FILES = {
    "k8s/configmap.yaml": "k8s/configmap.yaml.j2",
    MODES_FILE: "modes.properties.j2",
}
# What Maven's wrapper plugin writes (-Dtype=only-script), as it is.
_WRAPPER = ("mvnw", "mvnw.cmd", ".mvn/wrapper/maven-wrapper.properties")
_TEMPLATES = Environment(
    loader=PackageLoader("crossfade.codegen.java", "templates/scaffold"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - no HTML; every value is a name that the model has checked
)


def render_scaffold(project: ProjectModel, *, final: bool = False) -> dict[str, bytes]:
    """The files of the scaffold zone by path; ``final`` leaves out the switch and the way to the legacy."""
    values = {**_view(project, final=final), **bazel_view(project)}
    base = project.base_package.replace(".", "/")
    files = {**_FILES, **({} if final else _STRANGLER_FILES)}
    files |= {f"src/main/java/{base}/Main.java": "Main.java.j2"}
    files |= {f"src/test/java/{base}/SmokeTest.java": "SmokeTest.java.j2"}
    rendered = {path: _TEMPLATES.get_template(name).render(values).encode() for path, name in files.items()}
    for service in project.services:
        rendered[f"src/main/java/{base}/{service.handlers_name}.java"] = _handlers(project, service).encode()
    wrapper = resources.files("crossfade.codegen.java") / "templates" / "scaffold" / "wrapper"
    rendered |= {path: (wrapper / path.rpartition("/")[2]).read_bytes() for path in _WRAPPER}
    return dict(sorted(rendered.items()))


def without_strangler(gen: Mapping[str, bytes]) -> dict[str, bytes]:
    """The gen zone of a final service: no mode switch, no way to the legacy service, no comparing."""
    return {path: content for path, content in gen.items() if not path.startswith(STRANGLER)}


def _view(project: ProjectModel, *, final: bool) -> dict[str, object]:
    protos = [proto.name for proto in project.compiled_protos if proto.services]
    return {
        "project": project,
        "versions": project.runtime_versions,
        "final": final,
        "port": _PORT,
        "name": service_name(project.artifact_id),
        "description": _description(project),
        "descriptors": [
            (service.full_name, call("services.add", (f"{service.grpc_class}.getServiceDescriptor()",), ";", 4))
            for service in project.services
        ],
        "api_file": f"proto/{protos[0]}" if protos and not project.descriptor_set else "",
        "base_path": project.base_package.replace(".", "/"),
        "server": "Service" if final else "Strangler",
        "boms": BOMS,
        "guava": GUAVA,
        "dependencies": DEPENDENCIES,
        "plugins": MAVEN_PLUGINS,
        "opentelemetry": OPENTELEMETRY,
        "junit": JUNIT,
        "slf4j": SLF4J,
        "suppressed": any(service.deprecated for service in project.services),
        "health_port": _HEALTH_PORT if _HEALTH in {service.full_name for service in project.services} else 0,
    }


def service_name(artifact_id: str) -> str:
    """A name that Kubernetes and Backstage take: lower case, digits, hyphens, a letter first."""
    name = re.sub(r"[^a-z0-9]+", "-", artifact_id.lower()).strip("-")
    name = name if name[:1].isalpha() else f"service-{name}"
    return name[:_MAX_NAME].strip("-")


def _description(project: ProjectModel) -> str:
    first, *others = (service.full_name for service in project.services)
    return f"Serves {first}" + (f" and {len(others)} more" if others else "")


def _handlers(project: ProjectModel, service: ServiceModel) -> str:
    imports = Imports(project.base_package, (service.handlers_name,))
    for name in ("java.util.ArrayList", "java.util.List", f"{RUNTIME_PACKAGE}.Rpc"):
        imports.use(_java_class(name))
    calls = [
        (rpc.name, call("rpcs.add", (f"{binder}.{rpc.binder_method}(new {handler}())",), ";", 4))
        for rpc in service.rpcs
        for binder in (imports.use(JavaClass(package=service.gen_package, path=(service.binder_name,))),)
        for handler in (imports.use(JavaClass(package=service.rpc_package, path=(rpc.handler_name,))),)
    ]
    template = _TEMPLATES.get_template("Handlers.java.j2")
    return template.render(project=project, service=service, calls=calls, imports=imports.lines)


def _java_class(name: str) -> JavaClass:
    package, _, simple = name.rpartition(".")
    return JavaClass(package=package, path=(simple,))
