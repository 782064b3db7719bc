"""Generates a service, puts handlers into it, and builds it."""

import shutil
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent
SIDES = _HERE / "sides.proto"
_HANDLERS = "src/main/java/dev/sides/rpc/sides"


def build_sides(folder: Path) -> Path:
    """The jar of sides.proto with its handlers ported, and beside it what protoc makes for Python."""
    generate(SIDES, "dev.sides", folder / "sides")
    for handler in (_HERE / "handlers").glob("*.java"):
        shutil.copy(handler, folder / "sides" / _HANDLERS)
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{_HERE}", f"--python_out={folder}"]
    _run([*protoc, f"--grpc_python_out={folder}", SIDES.name], folder)
    return build(folder / "sides")


def generate(proto: Path, package: str, out: Path) -> None:
    """``crossfade generate``, as a person runs it."""
    start = "from crossfade.tools.cli import main; main(prog_name='crossfade')"
    command = [sys.executable, "-P", "-c", start, "generate", "--proto", str(proto), "--include", str(proto.parent)]
    _run([*command, "--package", package, "--out", str(out)], proto.parent)


def build(project: Path) -> Path:
    """The jar that Maven makes of a generated project; its own smoke test is left out."""
    _run(["mvn", "--quiet", "--batch-mode", "-DskipTests", "package"], project)
    (jar,) = (project / "target").glob("*.jar")
    return jar


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]}: expected exit 0, got {done.returncode}\n{done.stdout}")
