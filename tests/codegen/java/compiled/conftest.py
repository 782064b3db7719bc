"""One Maven build of everything that is generated for many contracts, and a server that runs it."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api import annotations_pb2
from grpc_channelz.v1 import channelz, channelz_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from crossfade.codegen.contract import Contract, ProtoFiles, Reflection, load_contract
from crossfade.codegen.java import CallType, ProjectModel, ProjectOptions, build_project, render_gen, render_handlers
from crossfade.codegen.java.model import VERSIONS

HERE = Path(__file__).parent
COMMON_PROTOS = Path(annotations_pb2.__file__).parents[2]
_BODIES = {
    CallType.UNARY: "return {response}.getDefaultInstance();",
    CallType.SERVER_STREAM: "out.send({response}.getDefaultInstance());",
    CallType.CLIENT_STREAM: "in.forEach(message -> {{}});\n    return {response}.getDefaultInstance();",
    CallType.BIDI: "in.forEach(message -> out.send({response}.getDefaultInstance()));",
}
_EXECUTION = """
          <execution>
            <id>{name}</id>
            <goals>
              <goal>generate</goal>
            </goals>
            <configuration>
              <outputDirectory>${{project.build.directory}}/generated-sources/{name}</outputDirectory>
              {source}
            </configuration>
          </execution>"""
_DIRECTORY = """<sourceDirectories>
                <sourceDirectory>${project.basedir}/proto</sourceDirectory>
              </sourceDirectories>"""
_DESCRIPTORS = """<sourceDescriptorPaths>
                <sourceDescriptorPath>${{project.basedir}}/{name}.binpb</sourceDescriptorPath>
              </sourceDescriptorPaths>
              <includes>{includes}</includes>"""
_MAIN = """import dev.crossfade.runtime.Config;
import dev.crossfade.runtime.Rpc;
import dev.crossfade.runtime.Service;
import dev.crossfade.runtime.Strangler;
import java.util.List;

public final class Main {
  public static void main(String[] arguments) throws Exception {
    List<Rpc> rpcs =
        List.of(
        RPCS);
    Config config = Config.fromEnvironment();
    if (System.getenv("CROSSFADE_LEGACY") == null) {
      Service service = Service.start(config, rpcs);
      System.out.println("port " + service.port());
      service.awaitTermination();
    } else {
      Strangler strangler = Strangler.start(config, rpcs);
      System.out.println("port " + strangler.port());
      strangler.awaitTermination();
    }
  }
}
"""


@dataclass(frozen=True)
class Foreign:
    """A contract that was not written here, and the model that was made of it."""

    contract: Contract
    project: ProjectModel


@dataclass(frozen=True)
class Build:
    """What Maven built, and what javac said of it."""

    folder: Path
    warnings: tuple[str, ...]


@pytest.fixture(scope="session")
def foreign() -> Mapping[str, Foreign]:
    """Google's common protos from their files; health, reflection and channelz from a server that describes itself."""
    files = tuple(sorted(COMMON_PROTOS.glob("google/**/*.proto")))
    with describing() as target:
        contracts = {
            "common": load_contract(ProtoFiles(files=files, includes=(COMMON_PROTOS,))),
            "served": load_contract(Reflection(target=target)),
        }
    return {
        name: Foreign(contract, build_project(contract, ProjectOptions(package=f"dev.crossfade.foreign.{name}")))
        for name, contract in contracts.items()
    }


@contextmanager
def describing() -> Iterator[str]:
    """A Python server with health, reflection and channelz, as host:port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
    channelz.add_channelz_servicer(server)
    services = [file.DESCRIPTOR.services_by_name for file in (health_pb2, channelz_pb2)]
    names = [service.full_name for found in services for service in found.values()]
    reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture(scope="session")
def everything(fragments: Mapping[str, Any], foreign: Mapping[str, Foreign]) -> Mapping[str, Foreign]:
    """All contracts that are compiled, by name."""
    return {**fragments, **foreign}


@pytest.fixture(scope="session")
def build(everything: Mapping[str, Foreign], tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Everything that is generated, built by Maven at once: the handlers are ported, as a person would."""
    folder = tmp_path_factory.mktemp("compiled")
    projects = {name: made.project for name, made in everything.items()}
    executions = [write_project(name, project, folder) for name, project in projects.items()]
    pom = (HERE / "pom.xml").read_text(encoding="utf-8")
    (folder / "pom.xml").write_text(pom.replace("<!-- EXECUTIONS -->", "".join(dict.fromkeys(executions))))
    main = folder / "src" / "main" / "java" / "Main.java"
    main.write_text(main_class(list(projects.values())), encoding="utf-8")
    properties = {
        "grpc.version": VERSIONS.grpc,
        "protobuf.version": VERSIONS.protobuf,
        "protobuf-maven-plugin.version": VERSIONS.protobuf_maven_plugin,
    }
    command = ["mvn", "--batch-mode", "process-classes", *(f"-D{key}={value}" for key, value in properties.items())]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:]
    return Build(folder, tuple(line for line in done.stdout.splitlines() if line.startswith("[WARNING]")))


def write_project(name: str, project: ProjectModel, folder: Path) -> str:
    """Writes what is generated for a project, and returns how its protos are compiled.

    The handlers as they are generated stand in ``stubs/``.
    """
    stubs = {f"stubs/{path}": data for path, data in render_handlers(project).items()}
    for path, data in {**render_gen(project), **ported_handlers(project), **stubs}.items():
        placed = path.removeprefix("gen/")
        if path == project.descriptor_set:
            placed = f"{name}.binpb"
        target = folder / placed
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if not project.descriptor_set:
        return _EXECUTION.format(name="protos", source=_DIRECTORY)
    includes = "".join(f"<include>{proto.name}</include>" for proto in project.compiled_protos)
    return _EXECUTION.format(name=name, source=_DESCRIPTORS.format(name=name, includes=includes))


def ported_handlers(project: ProjectModel) -> dict[str, bytes]:
    """The handlers with an answer in place of the exception."""
    handlers = render_handlers(project)
    rpcs = [rpc for service in project.services for rpc in service.rpcs]
    return {
        path: text.replace(
            b"throw new NotPortedException();", _BODIES[rpc.call_type].format(response=rpc.response).encode()
        )
        for (path, text), rpc in zip(handlers.items(), rpcs, strict=True)
    }


def main_class(projects: Sequence[ProjectModel]) -> str:
    """A server for all services of all projects, as the scaffold would write one for each."""
    rpcs = ",\n        ".join(
        f"{service.gen_package}.{service.binder_name}.{rpc.binder_method}"
        f"(new {service.rpc_package}.{rpc.handler_name}())"
        for project in projects
        for service in project.services
        for rpc in service.rpcs
    )
    return _MAIN.replace("RPCS", rpcs)


@contextmanager
def running(build: Build, **settings: str) -> Iterator[str]:
    """The built server, as host:port."""
    classpath = os.pathsep.join((str(build.folder / "target" / "classes"), str(build.folder / "target" / "lib" / "*")))
    environment = {**os.environ, "CROSSFADE_PORT": "0", "CROSSFADE_DRAIN_PAUSE_S": "0", **settings}
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classpath, "Main"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = next((match[1] for line in process.stdout if (match := re.fullmatch(r"port (\d+)\n", line))), None)
        assert port is not None, process.wait()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.stdout.read()


@pytest.fixture(scope="session")
def ported(build: Build) -> Iterator[grpc.Channel]:
    """A channel to the server whose handlers answer."""
    with running(build) as target, grpc.insecure_channel(target) as channel:
        yield channel


class Echo(grpc.GenericRpcHandler):
    """A legacy that knows no contract: each RPC answers with the bytes that it got."""

    def service(self, _details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """A method with streams both ways can be called as any other."""
        return grpc.stream_stream_rpc_method_handler(lambda requests, _context: requests)


@pytest.fixture(scope="session")
def forwarded(build: Build) -> Iterator[grpc.Channel]:
    """A channel to the server in front of a legacy that echoes: every RPC is forwarded."""
    legacy = grpc.server(ThreadPoolExecutor(max_workers=8), handlers=(Echo(),))
    port = legacy.add_insecure_port("127.0.0.1:0")
    legacy.start()
    with running(build, CROSSFADE_LEGACY=f"127.0.0.1:{port}") as target, grpc.insecure_channel(target) as channel:
        yield channel
    legacy.stop(None).wait()
