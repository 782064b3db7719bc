"""A contract with its names alone: what protoc calls its classes does not depend on what is in them."""

from collections.abc import MutableSequence

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract


def skeleton_of(contract: Contract) -> Contract:
    """The same packages, messages, enums and services, without fields.

    protoc writes a quarter of the Java for it, in which all classes have the names that they have for the whole.
    """
    files = descriptor_pb2.FileDescriptorSet()
    for file in contract.files.file:
        bare = files.file.add()
        bare.CopyFrom(file)
        bare.ClearField("extension")
        _strip(bare.message_type)
    return Contract(files)


def _strip(messages: MutableSequence[descriptor_pb2.DescriptorProto]) -> None:
    for message in messages:
        for name in ("field", "oneof_decl", "extension", "extension_range", "reserved_range", "reserved_name"):
            message.ClearField(name)
        kept = [nested for nested in message.nested_type if not nested.options.map_entry]
        del message.nested_type[:]
        message.nested_type.extend(kept)
        _strip(message.nested_type)
