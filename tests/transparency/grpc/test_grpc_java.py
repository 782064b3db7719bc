"""grpc-java, as the example's candidate has it on its class path."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from crossfade.tools.demo.build import JAR, build_candidate

PROGRAM = Path(__file__).parent / "GrpcJava.java"
EXAMPLE = Path(__file__).parents[3] / "examples" / "buildqueue"


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's jar, whose class path has grpc-java."""
    return build_candidate(EXAMPLE, tmp_path_factory.mktemp("grpc-java")) / JAR


@pytest.mark.java
@pytest.mark.row("gRPC: metadata, trailers, errors with details, deadlines", "grpc-java")
async def test_grpc_java(both: Any, legacy: Any, tool: Any, jar: Path) -> None:
    """The same calls give the same lines."""

    def client(port: int) -> str:
        command = [tool("java"), "-cp", str(jar), str(PROGRAM), str(port)]
        return subprocess.run(command, capture_output=True, timeout=60, check=True, text=True).stdout

    direct, through = await both(legacy, client)
    assert "NOT_FOUND" in direct.client
    assert "DEADLINE_EXCEEDED" in direct.client
    assert through == direct
