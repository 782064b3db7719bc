"""grpc-java, as the example's candidate has it on its class path."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "GrpcJava.java"


@pytest.mark.java
@pytest.mark.row("gRPC: metadata, trailers, errors with details, deadlines", "grpc-java")
async def test_grpc_java(both: Any, legacy: Any, tool: Any, candidate_jar: Path) -> None:
    """The same calls give the same lines."""

    def client(port: int) -> str:
        command = [tool("java"), "-cp", str(candidate_jar), str(PROGRAM), str(port)]
        return subprocess.run(command, capture_output=True, timeout=60, check=True, text=True).stdout

    direct, through = await both(legacy, client)
    assert "NOT_FOUND" in direct.client
    assert "DEADLINE_EXCEEDED" in direct.client
    assert through == direct
