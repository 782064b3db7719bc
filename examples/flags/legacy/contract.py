"""The classes of the contract."""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

PROTO = Path(__file__).parent.parent / "proto"
NAME = "acme/flags/v1/flags.proto"


def _load():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set.binpb"
        if protoc.main(["protoc", f"-I{PROTO}", f"--descriptor_set_out={out}", str(PROTO / NAME)]):
            sys.exit(1)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool.FindFileByName(NAME)


_FILE = _load()
SERVICES = _FILE.services_by_name
messages = SimpleNamespace(
    **{name: message_factory.GetMessageClass(kind) for name, kind in _FILE.message_types_by_name.items()}
)
