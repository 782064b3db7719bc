"""A contract: its methods, its messages, what must not be shown."""

import copy
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from crossfade.codegen.contract.origins import Origin, read_origins


class ContractError(Exception):
    """A contract that can't be read: one line with the place, what was expected, and what to do."""


class CallType(StrEnum):
    """How many messages go each way."""

    UNARY = "unary"
    SERVER_STREAM = "server_stream"
    CLIENT_STREAM = "client_stream"
    BIDI = "bidi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One RPC. ``full_name`` is ``pkg.Service/Method``; ``http`` is its google.api.http rule, "" where it has none.

    ``safe`` means that it may be sent twice: idempotency_level NO_SIDE_EFFECTS, an HTTP GET rule, or a person's word.
    """

    full_name: str
    input_type: str
    output_type: str
    call_type: CallType
    safe: bool
    idempotent: bool
    http: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, with or without RPCs, and the .proto file that holds it."""

    full_name: str
    file: str
    methods: tuple[Method, ...]


class Contract:
    """Services and methods by full name, message classes by type name, a digest, and the fields marked debug_redact.

    ``sources`` has the text of each .proto file by the name under which it is imported; it is empty where the contract
    came as descriptors. ``named`` are the files that the contract is about; the others are only imported. ``confirmed``
    are the methods that are safe because a person confirmed it. ``origins`` gives the place of a name.
    """

    def __init__(
        self,
        files: descriptor_pb2.FileDescriptorSet,
        *,
        sources: Mapping[str, bytes] = MappingProxyType({}),
        named: Iterable[str] | None = None,
    ) -> None:
        """Without ``named`` all files are. Raises: ContractError: a file refers to one that is not there, or is bad."""
        self.files = files
        self.sources = sources
        self.named: frozenset[str] = frozenset((file.name for file in files.file) if named is None else named)
        self.digest = digest_of(files)
        self._pool = _pool(files)
        self.services: Mapping[str, Service] = {
            service.full_name: Service(
                full_name=service.full_name, file=service.file.name, methods=tuple(_methods(service))
            )
            for service in self._services()
        }
        self.methods: Mapping[str, Method] = {
            method.full_name: method for service in self.services.values() for method in service.methods
        }
        self.redacted_fields: frozenset[str] = frozenset(self._redacted())
        self.confirmed: frozenset[str] = frozenset()

    def confirm(self, names: Collection[str]) -> "Contract":
        """The same contract in which these methods are safe too, because a person confirmed it."""
        confirmed = copy.copy(self)
        confirmed.confirmed = frozenset(names)
        confirmed.services = {
            name: replace(service, methods=tuple(_safe(method, names) for method in service.methods))
            for name, service in self.services.items()
        }
        confirmed.methods = {
            method.full_name: method for service in confirmed.services.values() for method in service.methods
        }
        return confirmed

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Place and comment of each message, enum and service by full name, and of each ``pkg.Service/Method``."""
        return read_origins(self.files)

    @cached_property
    def deprecated(self) -> frozenset[str]:
        """The services that are marked so, and the messages, with all messages that stand inside of one."""
        messages = [
            name for file in self.files.file for name in _deprecated(file.message_type, file.package, within=False)
        ]
        services = [(file.package, service) for file in self.files.file for service in file.service]
        marked = [f"{package}.{service.name}" for package, service in services if service.options.deprecated]
        return frozenset(name.removeprefix(".") for name in (*messages, *marked))

    def message_class(self, full_name: str) -> type[Message]:
        """The class of a message type. Raises: KeyError."""
        return message_factory.GetMessageClass(self._pool.FindMessageTypeByName(full_name))

    def find_message(self, full_name: str) -> type[Message] | None:
        """The class of a message type, None where the contract does not have it."""
        try:
            return self.message_class(full_name)
        except (KeyError, TypeError):  # TypeError: a lone surrogate, as JSON may hold one
            return None

    def to_bytes(self) -> bytes:
        """A FileDescriptorSet of which the same contract can be read, without comments and source positions."""
        files = descriptor_pb2.FileDescriptorSet()
        for file in self.files.file:
            copy = files.file.add()
            copy.CopyFrom(file)
            copy.ClearField("source_code_info")
        return files.SerializeToString(deterministic=True)

    def _services(self) -> Iterable[ServiceDescriptor]:
        for file in self.files.file:
            yield from self._pool.FindFileByName(file.name).services_by_name.values()

    def _redacted(self) -> Iterable[str]:
        for file in self.files.file:
            found = self._pool.FindFileByName(file.name)
            yield from _marked(found.extensions_by_name.values())
            for message in found.message_types_by_name.values():
                yield from _redacted_fields(message)


def _safe(method: Method, names: Collection[str]) -> Method:
    return replace(method, safe=True, idempotent=True) if method.full_name in names else method


def digest_of(files: descriptor_pb2.FileDescriptorSet) -> str:
    """16 hex digits over the files' meaning: neither order, repetition, comments nor source positions count."""
    digest = hashlib.blake2b(digest_size=8)
    for text in sorted({_meaning(file) for file in files.file}):
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


def _meaning(file: descriptor_pb2.FileDescriptorProto) -> bytes:
    copy = descriptor_pb2.FileDescriptorProto()
    copy.CopyFrom(file)
    copy.ClearField("source_code_info")
    return copy.SerializeToString(deterministic=True)


def _pool(files: descriptor_pb2.FileDescriptorSet) -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for file in _imports_first(files):
        try:
            pool.Add(file)
            pool.FindFileByName(file.name)  # some pools read a file only when it is looked up
        except (KeyError, TypeError) as error:
            raise ContractError(f"{one_line(file.name)}: expected a valid file, got {one_line(error)}") from None
    return pool


def _imports_first(files: descriptor_pb2.FileDescriptorSet) -> Iterable[descriptor_pb2.FileDescriptorProto]:
    by_name = {file.name: file for file in files.file}
    for file in files.file:
        name = one_line(file.name)
        if _meaning(by_name[file.name]) != _meaning(file):
            raise ContractError(f"{name}: expected one file of this name, got two that differ")
        missing = one_line(next((item for item in file.dependency if item not in by_name), ""))
        if missing:
            raise ContractError(f"{name}: expected its import {missing} in the set, got none; add --include_imports")
    try:
        order = TopologicalSorter({name: file.dependency for name, file in by_name.items()})
        return [by_name[name] for name in order.static_order()]
    except CycleError as error:
        raise ContractError(f"{one_line(min(error.args[1]))}: expected imports without a circle, got one") from None


def one_line(text: object) -> str:
    """Text of a stranger's file or server, short and harmless for a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())[:200]


def _methods(service: ServiceDescriptor) -> Iterable[Method]:
    for method in service.methods:
        options = method.GetOptions()
        level = options.idempotency_level
        http = _http_rule(method)
        safe = level == descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS or http.startswith("GET ")
        yield Method(
            full_name=f"{service.full_name}/{method.name}",
            input_type=method.input_type.full_name,
            output_type=method.output_type.full_name,
            call_type=_call_type(method),
            safe=safe,
            idempotent=safe or level == descriptor_pb2.MethodOptions.IDEMPOTENT,
            http=http,
        )


def _http_rule(method: MethodDescriptor) -> str:
    """``GET /v1/{name}`` from google.api.http; read from the bytes, because the pool may hold its own extension."""
    options = descriptor_pb2.MethodOptions.FromString(method.GetOptions().SerializeToString())
    if not options.HasExtension(annotations_pb2.http):
        return ""
    rule = options.Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern") or ""
    return "" if verb in {"", "custom"} else f"{verb.upper()} {getattr(rule, verb)}"


def _call_type(method: MethodDescriptor) -> CallType:
    if method.client_streaming:
        return CallType.BIDI if method.server_streaming else CallType.CLIENT_STREAM
    return CallType.SERVER_STREAM if method.server_streaming else CallType.UNARY


def _deprecated(messages: Iterable[descriptor_pb2.DescriptorProto], prefix: str, *, within: bool) -> Iterable[str]:
    for message in messages:
        name, marked = f"{prefix}.{message.name}", within or message.options.deprecated
        if marked:
            yield name
        yield from _deprecated(message.nested_type, name, within=marked)


def _redacted_fields(message: Descriptor) -> Iterable[str]:
    yield from _marked(message.fields)
    yield from _marked(message.extensions)
    for nested in message.nested_types:
        yield from _redacted_fields(nested)


def _marked(fields: Iterable[FieldDescriptor]) -> Iterable[str]:
    return (field.full_name for field in fields if field.GetOptions().debug_redact)
