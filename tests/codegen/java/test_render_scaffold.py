"""What people and crossfade both own: well-formed, pinned, the same every time, and checked against real schemas."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from crossfade.codegen.java import ProjectOptions, build_project, render_gen, render_handlers
from crossfade.codegen.java.render_gen import render_handler_tests
from crossfade.codegen.java.render_scaffold import (
    EXECUTABLE,
    STRANGLER,
    render_scaffold,
    service_name,
    without_strangler,
)
from crossfade.codegen.project.modes import LEGACY, parse_modes
from crossfade.codegen.project.paths import check_rendering
from crossfade.codegen.project.records import Rendering

POM = {"m": "http://maven.apache.org/POM/4.0.0"}
ONE = 'syntax = "proto3"; package acme.users.v1; message M {} service Users { rpc Get(M) returns (M); rpc Put(M) returns (M); }'


@pytest.fixture
def project(load: Any) -> Any:
    """One service with two RPCs."""
    return build_project(load(ONE), ProjectOptions())


@pytest.fixture
def scaffold(project: Any) -> dict[str, bytes]:
    return render_scaffold(project)


def test_the_files(scaffold: Mapping[str, bytes]) -> None:
    """All of them, and which is executable."""
    assert set(scaffold) == {
        ".bazelrc",
        ".bazelversion",
        ".dockerignore",
        ".gitattributes",
        ".gitignore",
        ".mvn/wrapper/maven-wrapper.properties",
        "BUILD.bazel",
        "Dockerfile",
        "MODULE.bazel",
        "README.md",
        "catalog-info.yaml",
        "k8s/configmap.yaml",
        "k8s/deployment.yaml",
        "k8s/service.yaml",
        "modes.properties",
        "mvnw",
        "mvnw.cmd",
        "pom.xml",
        "src/main/java/acme/users/Main.java",
        "src/main/java/acme/users/UsersHandlers.java",
        "src/test/java/acme/users/SmokeTest.java",
    }
    assert set(scaffold) >= EXECUTABLE


def test_a_final_project(project: Any, scaffold: Mapping[str, bytes]) -> None:
    """Names neither modes nor a legacy service, nor a class of the strangler."""
    final = render_scaffold(project, final=True)
    assert set(scaffold) - set(final) == {"modes.properties", "k8s/configmap.yaml"}
    for path, content in final.items():
        assert not re.search(rb"CROSSFADE_LEGACY|CROSSFADE_MODES|[Ss]trangler|modes\.properties|LEGACY", content), path


def test_the_gen_zone_of_a_final_project(project: Any) -> None:
    """Has the runtime without the switch."""
    gen = render_gen(project) | {f"{STRANGLER[0]}Switch.java": b"", STRANGLER[1]: b""}
    final = without_strangler(gen)
    assert {path for path in gen if path not in final} == {path for path in gen if "strangler" in path.lower()}


def test_all_fragments(fragments: Mapping[str, Any]) -> None:
    """Every path of every zone may be written, and the same model gives the same bytes."""
    for made in fragments.values():
        scaffold = render_scaffold(made.project)
        check_rendering(
            Rendering(gen=render_gen(made.project), handlers=render_handlers(made.project), scaffold=scaffold)
        )
        assert scaffold == render_scaffold(made.project)
        for path, content in scaffold.items():
            if not path.startswith(("mvnw", ".mvn")):
                assert content.endswith(b"\n"), path
                assert not re.search(rb"[ \t]+$|\r|\n\n\n|\n\n\Z", content, re.MULTILINE), path


def test_java_lines_are_short(fragments: Mapping[str, Any]) -> None:
    """At most 100 columns, but where a single name is longer."""
    for made in fragments.values():
        for path, content in render_scaffold(made.project).items():
            lines = content.decode().splitlines() if path.endswith(".java") else []
            assert [line for line in lines if len(line) > 100 and not line.startswith("import ")] == []


@pytest.mark.slow
def test_google_java_format_changes_nothing(fragments: Mapping[str, Any], tmp_path: Path) -> None:
    """What is rendered is laid out as people's own code is; the formatter is the one that a Maven build fetched."""
    jars = sorted((Path.home() / ".m2/repository/com/google/googlejavaformat").rglob("*-all-deps.jar"))
    if not jars:
        pytest.skip("Maven has not fetched google-java-format yet: run the tests in compiled/ first")
    for name, made in fragments.items():
        tests = {path: content for path, (_, content) in render_handler_tests(made.project).items()}
        testing = {path: data for path, data in render_gen(made.project).items() if path.startswith("gen/src/test")}
        for path, content in (render_scaffold(made.project) | tests | testing).items():
            if path.endswith(".java"):
                file = tmp_path / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    parts = ("api", "code", "file", "parser", "tree", "util")
    exports = [f"--add-exports=jdk.compiler/com.sun.tools.javac.{part}=ALL-UNNAMED" for part in parts]
    command = ["java", "-XX:TieredStopAtLevel=1", *exports, "-jar", jars[-1], "--dry-run", *tmp_path.rglob("*.java")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_each_rpc_has_its_lines(scaffold: Mapping[str, bytes]) -> None:
    """A comment and a call, so that two changes of two RPCs do not meet."""
    text = scaffold["src/main/java/acme/users/UsersHandlers.java"].decode()
    assert "    // rpc Get\n    rpcs.add(UsersBinder.get(new GetHandler()));\n    // rpc Put\n" in text
    assert "import acme.users.gen.users.UsersBinder;\nimport acme.users.rpc.users.GetHandler;\n" in text


def test_the_pom(fragments: Mapping[str, Any]) -> None:
    """Well-formed; every plugin has a version and every dependency one from a bill of materials."""
    for made in fragments.values():
        root = ET.fromstring(render_scaffold(made.project)["pom.xml"])
        for plugin in root.iterfind(".//m:plugin", POM):
            version = plugin.findtext("m:version", "", POM)
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), ET.tostring(plugin)
        assert list(root.iterfind("./m:dependencies/m:dependency/m:version", POM)) == []
        for bom in root.iterfind("./m:dependencyManagement/m:dependencies/m:dependency", POM):
            assert bom.findtext("m:version", "", POM)


def test_protobuf_comes_before_grpc(scaffold: Mapping[str, bytes]) -> None:
    """The first bill of materials wins, and grpc's asks for protobuf 3."""
    text = scaffold["pom.xml"].decode()
    assert text.index("protobuf-bom") < text.index("grpc-bom")


def test_the_lifecycle_is_pinned(scaffold: Mapping[str, bytes]) -> None:
    """Every plugin that Maven runs by itself for a jar is named."""
    text = scaffold["pom.xml"].decode()
    for name in ("clean", "resources", "compiler", "surefire", "jar", "install", "deploy", "site"):
        assert f"<artifactId>maven-{name}-plugin</artifactId>" in text


def test_kubernetes(scaffold: Mapping[str, bytes], project: Any) -> None:
    """Each manifest is valid by Kubernetes' own schema, strictly: no key that it does not know."""
    for rendered in (scaffold, render_scaffold(project, final=True)):
        for path, content in rendered.items():
            if path.startswith("k8s/"):
                for document in yaml.safe_load_all(content):
                    kubernetes_validate.validate(document, "1.31", strict=True)


def test_the_schema_can_refuse() -> None:
    """The check above can fail."""
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({"apiVersion": "v1", "kind": "Service", "spec": {"port": 1}}, "1.31", strict=True)


def test_a_deployment_whose_contract_has_health(load: Any) -> None:
    """The probes ask a port of the server's own; everywhere else there is one port."""
    health = 'syntax = "proto3"; package grpc.health.v1; message M {} service Health { rpc Check(M) returns (M); }'
    contract = load(one=ONE, two=health)
    deployments = [
        render_scaffold(build_project(contract, ProjectOptions(services=services)))["k8s/deployment.yaml"]
        for services in (("acme.users.v1.Users",), ())
    ]
    pods = [yaml.safe_load(text)["spec"]["template"]["spec"]["containers"][0] for text in deployments]
    probes = ("startupProbe", "readinessProbe", "livenessProbe")
    assert [{pod[name]["grpc"]["port"] for name in probes} for pod in pods] == [{50051}, {50052}]
    assert [[port["containerPort"] for port in pod["ports"]] for pod in pods] == [[50051], [50051, 50052]]
    names = [{one["name"]: one.get("value") for one in pod["env"]}.get("CROSSFADE_HEALTH_PORT") for pod in pods]
    assert names == [None, "50052"]


def test_the_deployment(scaffold: Mapping[str, bytes]) -> None:
    """Time to drain, probes by gRPC, nonroot, and modes from a folder that changes."""
    spec = yaml.safe_load(scaffold["k8s/deployment.yaml"])["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    env = {item["name"]: item.get("value") or item["valueFrom"] for item in container["env"]}
    assert spec["terminationGracePeriodSeconds"] > float(env["CROSSFADE_DRAIN_PAUSE_S"]) + float(
        env["CROSSFADE_DRAIN_S"]
    )
    assert container["readinessProbe"]["grpc"] == {"port": 50051}
    assert container["livenessProbe"]["grpc"]["service"] == "liveness"
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    (mount,) = (mount for mount in container["volumeMounts"] if mount["name"] == "modes")
    assert "subPath" not in mount
    assert env["CROSSFADE_MODES"] == f"{mount['mountPath']}/modes.properties"
    assert "modes.properties" in yaml.safe_load(scaffold["k8s/configmap.yaml"])["data"]
    assert env["CROSSFADE_BUILD"] == {"fieldRef": {"fieldPath": "metadata.labels['pod-template-hash']"}}


def test_selectors_meet(scaffold: Mapping[str, bytes]) -> None:
    """The service finds the pods, and its port is theirs."""
    deployment, service = (yaml.safe_load(scaffold[f"k8s/{name}.yaml"]) for name in ("deployment", "service"))
    template = deployment["spec"]["template"]
    assert (
        service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    )
    assert service["spec"]["ports"][0]["targetPort"] == template["spec"]["containers"][0]["ports"][0]["name"]


def test_the_dockerfile(scaffold: Mapping[str, bytes]) -> None:
    """Two stages; what is copied is there; the second one runs as nonroot and starts the jar."""
    parser = DockerfileParser(fileobj=BytesIO(scaffold["Dockerfile"]))
    structure = [item for item in parser.structure if item["instruction"] != "COMMENT"]
    instructions = [item["instruction"] for item in structure]
    assert instructions[:2] == ["ARG", "ARG"]
    assert instructions.count("FROM") == 2
    first, second = (i for i, name in enumerate(instructions) if name == "FROM")
    tops = {path.partition("/")[0] for path in scaffold} | {"gen", "proto"}
    for item in structure[first:second]:
        if item["instruction"] == "COPY":
            assert set(item["value"].split()[:-1]) <= tops
    last = {item["instruction"]: item["value"] for item in structure[second:]}
    assert last["USER"] == "nonroot"
    assert json.loads(last["ENTRYPOINT"])[-2:] == ["-jar", "users.jar"]


def test_backstage(scaffold: Mapping[str, bytes], project: Any) -> None:
    """A component and its API, with all that the catalogue asks for; the contract's text is where it says."""
    component, api = yaml.safe_load_all(scaffold["catalog-info.yaml"])
    for entity in (component, api):
        assert entity["apiVersion"] == "backstage.io/v1alpha1"
        assert {"type", "lifecycle", "owner"} <= set(entity["spec"])
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", entity["metadata"]["name"])
    assert component["spec"]["providesApis"] == [api["metadata"]["name"]]
    assert api["spec"]["definition"]["$text"].removeprefix("./") in project.contract_files


def test_the_modes_file(scaffold: Mapping[str, bytes]) -> None:
    """Says LEGACY for all, and names each RPC for a person to uncomment."""
    text = scaffold["modes.properties"].decode()
    assert (parse_modes(text, "here").rest, parse_modes(text, "here").by_rpc) == (LEGACY, {})
    uncommented = re.sub(r"^# (acme\S+ = )LEGACY", r"\1CANARY 5%", text, flags=re.MULTILINE)
    assert set(parse_modes(uncommented, "here").by_rpc) == {"acme.users.v1.Users/Get", "acme.users.v1.Users/Put"}


def test_the_wrapper(scaffold: Mapping[str, bytes]) -> None:
    """Is what Maven's wrapper plugin wrote, with its licence; it fetches the Maven that the versions name."""
    for path in ("mvnw", "mvnw.cmd"):
        assert b"Licensed to the Apache Software Foundation (ASF) under one" in scaffold[path]
        assert (
            b"https://www.apache.org/licenses/LICENSE-2.0" in scaffold[path]
            or b"http://www.apache.org/licenses/LICENSE-2.0" in scaffold[path]
        )
    properties = scaffold[".mvn/wrapper/maven-wrapper.properties"].decode()
    assert "distributionType=only-script" in properties
    assert "apache-maven-3.9.11-bin.zip" in properties
    assert "wrapperVersion=3.3.4" in properties


def test_no_template_is_left_over() -> None:
    """Each file in the folder of templates is used."""
    source = (Path(str(resources.files("crossfade.codegen.java"))) / "render_scaffold.py").read_text(encoding="utf-8")
    folder = resources.files("crossfade.codegen.java") / "templates" / "scaffold"
    texts = [path.read_text(encoding="utf-8") for path in Path(str(folder)).rglob("*.j2")]
    for path in Path(str(folder)).rglob("*"):
        if path.is_file():
            assert any(path.name in text for text in (source, *texts)), path


@pytest.mark.parametrize(
    ("artifact", "name"),
    [
        ("users", "users"),
        ("Users_API", "users-api"),
        ("3d", "service-3d"),
        ("x" * 99, "x" * 40),
        ("a-" * 30, "a-" * 19 + "a"),
    ],
)
def test_names(artifact: str, name: str) -> None:
    """What Kubernetes and Backstage take."""
    assert service_name(artifact) == name
