"""The Python classes of the proto, generated once into a cache folder and imported from there."""

import importlib
import os
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTO = Path(__file__).parent / "proto"
FILE = "ci/builds/v1/builds.proto"


def _generated() -> Path:
    folder = Path(os.environ.get("BUILDQUEUE_GEN_DIR") or Path(tempfile.gettempdir()) / f"buildqueue-gen-{os.getuid()}")
    stamp = folder / "source.proto"
    source = (PROTO / FILE).read_text()
    if not stamp.exists() or stamp.read_text() != source:
        folder.mkdir(parents=True, exist_ok=True)
        well_known = Path(protoc.__file__).parent / "_proto"
        code = protoc.main(
            ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={folder}", f"--grpc_python_out={folder}", FILE]
        )
        if code:
            raise SystemExit(f"protoc: exit {code}")
        stamp.write_text(source)
    return folder


sys.path.insert(0, str(_generated()))
pb2 = importlib.import_module("ci.builds.v1.builds_pb2")
pb2_grpc = importlib.import_module("ci.builds.v1.builds_pb2_grpc")
