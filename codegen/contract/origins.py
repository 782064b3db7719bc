"""Where a contract's names stand in its .proto files, and their comments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from google.protobuf import descriptor_pb2

# Field numbers of descriptor.proto: source_code_info names a place by the numbers on the way to it.
_FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE = 4, 5, 6
_MESSAGE_NESTED, _MESSAGE_ENUM = 3, 4
_SERVICE_METHOD = 2

_Path = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A place in a .proto file. ``line`` counts from 1, 0 where the contract came without positions.

    ``comment`` is the text above the name, else the one behind it, without comment marks; "" where there is none.
    """

    file: str
    line: int
    comment: str

    def __str__(self) -> str:
        """``path.proto:17``, or the path alone."""
        return f"{self.file}:{self.line}" if self.line else self.file


def read_origins(files: descriptor_pb2.FileDescriptorSet) -> Mapping[str, Origin]:
    """The origins of messages, enums and services by full name, of RPCs by ``pkg.Service/Method``."""
    origins: dict[str, Origin] = {}
    for file in files.file:
        places = {tuple(place.path): place for place in file.source_code_info.location}
        for full_name, path in _named(file):
            origins[full_name] = _origin(file.name, places.get(path))
    return origins


def _origin(file: str, place: descriptor_pb2.SourceCodeInfo.Location | None) -> Origin:
    if place is None:
        return Origin(file=file, line=0, comment="")
    line = place.span[0] + 1 if place.span else 0
    return Origin(file=file, line=line, comment=_comment(place))


def _comment(place: descriptor_pb2.SourceCodeInfo.Location) -> str:
    """Protoc leaves the blank after ``//`` or ``*`` in front of each line."""
    text: str | bytes = place.leading_comments or place.trailing_comments
    if isinstance(text, bytes):  # what the protobuf library gives for a comment that is no UTF-8
        text = text.decode("utf-8", "replace")
    return "\n".join(line.removeprefix(" ").rstrip() for line in text.splitlines()).strip("\n")


def _named(file: descriptor_pb2.FileDescriptorProto) -> Iterable[tuple[str, _Path]]:
    prefix = f"{file.package}." if file.package else ""
    for i, message in enumerate(file.message_type):
        yield from _in_message(message, prefix, (_FILE_MESSAGE, i))
    for i, enum in enumerate(file.enum_type):
        yield prefix + enum.name, (_FILE_ENUM, i)
    for i, service in enumerate(file.service):
        yield prefix + service.name, (_FILE_SERVICE, i)
        for k, method in enumerate(service.method):
            yield f"{prefix}{service.name}/{method.name}", (_FILE_SERVICE, i, _SERVICE_METHOD, k)


def _in_message(message: descriptor_pb2.DescriptorProto, prefix: str, path: _Path) -> Iterable[tuple[str, _Path]]:
    full_name = prefix + message.name
    yield full_name, path
    for i, nested in enumerate(message.nested_type):
        if nested.options.map_entry:  # nobody wrote it
            continue
        yield from _in_message(nested, f"{full_name}.", (*path, _MESSAGE_NESTED, i))
    for i, enum in enumerate(message.enum_type):
        yield f"{full_name}.{enum.name}", (*path, _MESSAGE_ENUM, i)
