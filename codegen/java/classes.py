"""All classes that protoc and the grpc plugin write for files, and whether Java can hold them together."""

from collections.abc import Iterable, Mapping

from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.codegen.contract.records import one_line
from crossfade.codegen.java.accessors import find_clash
from crossfade.codegen.java.names import (
    JavaClass,
    JavaError,
    camel_case,
    grpc_class,
    java_package,
    outer_class,
    type_classes,
    type_names,
)
from crossfade.codegen.java.words import is_identifier

_File = descriptor_pb2.FileDescriptorProto


def java_classes(files: Iterable[_File]) -> Mapping[str, JavaClass]:
    """The class of each message, enum and service (its gRPC class) by full proto name."""
    classes: dict[str, JavaClass] = {}
    for file in files:
        classes |= type_classes(file)
        prefix = f"{file.package}." if file.package else ""
        classes |= {prefix + service.name: grpc_class(file, service.name) for service in file.service}
    return classes


def check_classes(contract: Contract, compiled: Iterable[_File]) -> Mapping[JavaClass, str]:
    """Each class that is written for these files, and its place in a .proto.

    What protoc takes but javac does not is refused here, before a build does.
    Raises: JavaError: a file's class has no Java name or that of one of its types; two classes are one; a nested class
        has the name of one around it; two fields have one accessor.
    """
    seen: dict[JavaClass, str] = {}
    for file in compiled:
        _check_outer(file)
        _check_accessors(contract, file)
        for java, place in _written(contract, file):
            if java in seen:
                raise JavaError(
                    f"{place}: expected a unique Java class, got {java}, which {seen[java]} also has; rename one, "
                    "or set java_package or java_outer_classname"
                )
            seen[java] = place
            if java.path[-1] in java.path[:-1]:
                raise JavaError(f"{place}: expected a name that no enclosing type has in Java, got {java}; rename it")
            if not is_identifier(java.path[-1]):
                raise JavaError(f"{place}: expected a valid Java name, got {java.path[-1]}; rename it")
    return seen


def _check_outer(file: _File) -> None:
    outer = outer_class(file)
    if not is_identifier(outer):
        raise JavaError(
            f"{file.name}: expected a file name that makes a Java class, got {one_line(outer)!r}; "
            "set java_outer_classname"
        )
    if outer in set(type_names(file)):
        raise JavaError(
            f"{file.name}: expected a class for the file that none of its types uses, got {outer}; "
            "set another java_outer_classname"
        )


def _check_accessors(contract: Contract, file: _File) -> None:
    prefix = f"{file.package}." if file.package else ""
    for full_name, message in (pair for top in file.message_type for pair in _messages(top, prefix)):
        clash = find_clash(message, file.syntax)
        if clash is not None:
            getter, *fields = clash
            raise JavaError(
                f"{contract.origins[full_name]}: expected different Java accessors, got {' and '.join(fields)}, "
                f"both with {getter}(); rename one, which keeps the bytes on the wire"
            )


def _written(contract: Contract, file: _File) -> Iterable[tuple[JavaClass, str]]:
    """Each class that is written, and the place in the proto that it comes from."""
    package, prefix = java_package(file), f"{file.package}." if file.package else ""
    yield JavaClass(package=package, path=(outer_class(file),)), file.name
    classes = type_classes(file)
    messages = dict(pair for top in file.message_type for pair in _messages(top, prefix))
    for full_name, java in classes.items():
        place = str(contract.origins[full_name])
        yield java, place
        if full_name in messages:
            yield _beside(java, f"{java.path[-1]}OrBuilder"), place
            yield _inside(java, "Builder"), place
            for oneof in _oneofs(messages[full_name]):
                yield _inside(java, f"{camel_case(oneof)}Case"), place
    for service in file.service:
        yield grpc_class(file, service.name), str(contract.origins[prefix + service.name])


def _messages(
    message: descriptor_pb2.DescriptorProto, prefix: str
) -> Iterable[tuple[str, descriptor_pb2.DescriptorProto]]:
    yield prefix + message.name, message
    for nested in message.nested_type:
        if nested.options.map_entry:  # nobody wrote it, it has no class of its own name
            continue
        yield from _messages(nested, f"{prefix}{message.name}.")


def _oneofs(message: descriptor_pb2.DescriptorProto) -> Iterable[str]:
    """The oneofs as written: ``optional`` in proto3 makes one that is not."""
    unseen = {field.oneof_index for field in message.field if field.proto3_optional}
    return (oneof.name for i, oneof in enumerate(message.oneof_decl) if i not in unseen)


def _beside(java: JavaClass, name: str) -> JavaClass:
    return JavaClass(package=java.package, path=(*java.path[:-1], name))


def _inside(java: JavaClass, name: str) -> JavaClass:
    return JavaClass(package=java.package, path=(*java.path, name))
