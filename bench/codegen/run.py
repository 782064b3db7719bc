"""How long it takes to generate a large project, and to find that nothing changed.

    python bench/codegen/run.py [--services 100] [--rpcs 10]

Each run is a process of its own, as a person or a pipeline starts it. Exits 1 where a bound is missed.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_FIRST_S, _SECOND_S = 5.0, 2.0
_PROTO = """\
syntax = "proto3";
package bench.s{number:03}.v1;
option java_package = "dev.bench.s{number:03}.v1";
option java_multiple_files = true;
import "google/protobuf/timestamp.proto";

{messages}
// Service {number} of many.
service Service{number:03} {{
{rpcs}
}}
"""
_MESSAGES = """\
message Get{rpc:02}Request {{ string id = 1; repeated string labels = 2; map<string, int64> counts = 3; }}
message Get{rpc:02}Response {{ google.protobuf.Timestamp at = 2; oneof kind {{ int32 a = 3; bytes b = 4; }} }}
"""
_STREAMS = (("", ""), ("", "stream "), ("stream ", ""), ("stream ", "stream "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds of one run."""

    wall_s: float
    cpu_s: float


def main() -> int:
    """Measures, prints a table, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--rpcs", type=int, default=10, help="of each service")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        protos = _write_protos(Path(name) / "proto", arguments.services, arguments.rpcs)
        out = Path(name) / "out"
        first = _generate(protos, out)
        before = _stamps(out)
        second = _generate(protos, out)
        touched = sum(stamp != before.get(path) for path, stamp in _stamps(out).items())
        check = _generate(protos, out, "--check")
    print(
        f"{arguments.services * arguments.rpcs} RPCs in {arguments.services} services, {len(before)} files and folders"
    )
    print("| run | s | at most | CPU s, protoc's too |")
    print("|---|---|---|---|")
    print(f"| generate | {first.wall_s:.2f} | {_FIRST_S:g} | {first.cpu_s:.2f} |")
    print(f"| again, nothing changed | {second.wall_s:.2f} | {_SECOND_S:g} | {second.cpu_s:.2f} |")
    print(f"| --check | {check.wall_s:.2f} | - | {check.cpu_s:.2f} |")
    print(f"files touched by the second run: {touched}")
    return int(first.wall_s > _FIRST_S or second.wall_s > _SECOND_S or touched > 0)


def _write_protos(folder: Path, services: int, rpcs: int) -> list[Path]:
    paths = []
    for number in range(services):
        path = folder / "bench" / f"s{number:03}" / "v1" / "service.proto"
        path.parent.mkdir(parents=True)
        messages = "".join(_MESSAGES.format(rpc=rpc) for rpc in range(rpcs))
        path.write_text(_PROTO.format(number=number, messages=messages, rpcs="\n".join(map(_rpc, range(rpcs)))))
        paths.append(path)
    return paths


def _rpc(rpc: int) -> str:
    asked, answered = _STREAMS[rpc % 4]
    return (
        f"  // Gets thing {rpc}.\n  rpc Get{rpc:02}({asked}Get{rpc:02}Request) returns ({answered}Get{rpc:02}Response);"
    )


def _generate(protos: list[Path], out: Path, *options: str) -> Took:
    """What one run took."""
    named = [word for path in protos for word in ("--proto", str(path))]
    include = str(protos[0].parents[3])
    start = "from crossfade.tools.cli import main; main(prog_name='crossfade')"
    command = [sys.executable, "-P", "-c", start, "generate", *named, "--include", include, "--out", str(out)]
    started, before = time.monotonic(), _cpu_s()
    done = subprocess.run([*command, "--package", "dev.bench", *options], check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit(f"crossfade generate: expected exit 0, got {done.returncode}")
    return Took(wall_s=time.monotonic() - started, cpu_s=_cpu_s() - before)


def _cpu_s() -> float:
    """Of all children that have ended, and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


if __name__ == "__main__":
    raise SystemExit(main())
