"""Names what crossfade generates for services and RPCs: apart from each other, and from what they must import."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crossfade.codegen.contract import Contract, Method, Service
from crossfade.codegen.java.model import JavaClass, RpcModel, ServiceModel
from crossfade.codegen.java.names import JavaError, camel_case, method_getter, method_id, stub_method
from crossfade.codegen.java.words import DEVICES, RESERVED

_UNWRITABLE = frozenset({"null", "_"})


def name_services(
    contract: Contract,
    chosen: Sequence[Service],
    base: str,
    classes: Mapping[str, JavaClass],
    known: Mapping[str, str],
) -> tuple[ServiceModel, ...]:
    """The models of the chosen services, in their order; ``classes`` has the classes of messages and services.

    ``known`` are the folders of services that were generated before: these keep their short or long name, whatever
    other services come and go.

    Raises: JavaError: two RPCs of a service get one name from the grpc plugin, or one that Java does not take.
    """
    shared = Counter(_folder(_simple(service.full_name)) for service in chosen)
    long = [_long_name(service.full_name, shared, known.get(service.full_name)) for service in chosen]
    folders = _apart(_folder(name, package) for package, name in long)
    stems = _apart(camel_case(package) + _type_name(name, "Service") for package, name in long)
    return tuple(
        _service(contract, service, (base, folder, stem), classes)
        for service, folder, stem in zip(chosen, folders, stems, strict=True)
    )


def _long_name(full_name: str, shared: Mapping[str, int], known: str | None) -> tuple[str, str]:
    """The service's package, "" where it is not to stand in its names, and its simple name."""
    package, _, name = full_name.rpartition(".")
    short = _folder(name)
    is_long = shared[short] > 1 if known is None else known != short
    return package if is_long else "", name


def _simple(full_name: str) -> str:
    return full_name.rsplit(".", 1)[-1]


def _folder(service: str, package: str = "") -> str:
    """``buildservice``, ``ci_builds_v1_buildservice``: a part of a Java package, and a folder on any disk."""
    parts = [*package.lower().split("."), service.lower().replace("_", "") or "service"]
    folder = "_".join(filter(None, parts))
    if folder[0].isdigit():
        folder = f"s{folder}"
    return f"{folder}_" if folder in RESERVED | DEVICES else folder


def _type_name(name: str, prefix: str) -> str:
    camel = camel_case(name)
    return camel if camel[:1].isalpha() else f"{prefix}{camel}"


def _apart(names: Iterable[str], reserved: Iterable[str] = ()) -> list[str]:
    """The names, numbered from 2 on where one is taken; disks may not distinguish capitals from small letters."""
    taken, apart = {name.lower() for name in reserved}, []
    for name in names:
        new, number = name, 1
        while new.lower() in taken:
            number += 1
            new = f"{name}{number}"
        taken.add(new.lower())
        apart.append(new)
    return apart


def _service(
    contract: Contract, service: Service, place: tuple[str, str, str], classes: Mapping[str, JavaClass]
) -> ServiceModel:
    base, folder, stem = place
    origin, grpc = contract.origins[service.full_name], classes[service.full_name]
    _check_rpcs(contract, service)
    # Rpc is the runtime's class, which the binder imports; a device's name is none for a file
    taken = (f"{stem}Binder", grpc.path[-1], "Rpc", *DEVICES)
    interfaces = _apart((_interface(method) for method in service.methods), taken)
    return ServiceModel(
        full_name=service.full_name,
        name=_simple(service.full_name),
        folder=folder,
        grpc=grpc,
        gen_package=f"{base}.gen.{folder}",
        rpc_package=f"{base}.rpc.{folder}",
        binder_name=f"{stem}Binder",
        handlers_name=f"{stem}Handlers",
        doc=origin.comment,
        location=str(origin),
        proto=service.file,
        rpcs=tuple(
            _rpc(contract, method, interface, classes)
            for method, interface in zip(service.methods, interfaces, strict=True)
        ),
        deprecated=service.full_name in contract.deprecated,
    )


def _rpc(contract: Contract, method: Method, interface: str, classes: Mapping[str, JavaClass]) -> RpcModel:
    origin, lowered = contract.origins[method.full_name], interface[0].lower() + interface[1:]
    return RpcModel(
        full_name=method.full_name,
        name=_rpc_name(method),
        call_type=method.call_type,
        safe=method.safe,
        request_class=classes[method.input_type],
        response_class=classes[method.output_type],
        doc=origin.comment,
        location=str(origin),
        interface_name=interface,
        handler_name=f"{interface}Handler",
        binder_method=f"{lowered}_" if lowered in RESERVED else lowered,
        method_getter=method_getter(_rpc_name(method)),
        deprecated=not contract.deprecated.isdisjoint((method.input_type, method.output_type)),
    )


def _rpc_name(method: Method) -> str:
    return method.full_name.rsplit("/", 1)[-1]


def _interface(method: Method) -> str:
    """The name between ``get`` and ``Method``: how the grpc plugin writes the RPC."""
    name = method_getter(_rpc_name(method)).removeprefix("get").removesuffix("Method")
    return name if name[:1].isalpha() else f"Rpc{name}"


def _check_rpcs(contract: Contract, service: Service) -> None:
    seen: dict[str, Method] = {}
    for method in service.methods:
        name, place = _rpc_name(method), contract.origins[method.full_name]
        if stub_method(name) in _UNWRITABLE:
            raise JavaError(
                f"{place}: expected an RPC name that the grpc plugin can write in Java, got {name}; rename it"
            )
        for java in (method_getter(name), stub_method(name), method_id(name)):
            other = seen.setdefault(java, method)
            if other is not method:
                raise JavaError(
                    f"{place}: expected RPCs that differ in Java, got {name} and {_rpc_name(other)}, both {java}; "
                    "rename one"
                )


def own_classes(services: Iterable[ServiceModel], base: str) -> Iterable[JavaClass]:
    """All classes that crossfade writes for these services, Main included."""
    yield JavaClass(package=base, path=("Main",))
    for service in services:
        yield JavaClass(package=base, path=(service.handlers_name,))
        yield JavaClass(package=service.gen_package, path=(service.binder_name,))
        for rpc in service.rpcs:
            yield JavaClass(package=service.gen_package, path=(rpc.interface_name,))
            yield JavaClass(package=service.rpc_package, path=(rpc.handler_name,))
