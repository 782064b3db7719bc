"""Which services of a contract are generated, and why the others are not."""

import re
from collections.abc import Sequence

from crossfade.codegen.contract import Contract, Service
from crossfade.codegen.contract.records import one_line
from crossfade.codegen.java.model import LeftOut
from crossfade.codegen.java.names import JavaError
from crossfade.codegen.java.protos import provided_by

# What a generated server answers by itself, and what it passes on without knowing it.
_OWN = re.compile(r"grpc\.(health|reflection)\.v\w+\.\w+")
_PASSED = re.compile(r"grpc\.channelz\.v\w+\.\w+")


def choose_services(contract: Contract, named: Sequence[str]) -> tuple[list[Service], tuple[LeftOut, ...]]:
    """The services to generate, and the rest with a reason for each, both in the contract's order.

    A person who names a service, or the .proto file that holds it, gets it. Where a contract came as descriptors,
    nobody has named any file: then what every server has by itself, and what other files import of Google's, is left.

    Raises: JavaError: a service that was named is not there, or there is none at all.
    """
    _check_named(contract, named)
    reasons = {name: _reason(contract, service, named) for name, service in contract.services.items()}
    chosen = [service for name, service in contract.services.items() if not reasons[name]]
    if not chosen and not contract.sources:  # descriptors of such services alone were meant
        return list(contract.services.values()), ()
    if not chosen:
        imported = ", ".join(f"{service.full_name} in {service.file}" for service in contract.services.values())
        raise JavaError(
            f"contract: expected a service in the .proto files that you named, got only imported ones "
            f"({one_line(imported)}); name their files with --proto"
        )
    return chosen, tuple(LeftOut(service=name, reason=reason) for name, reason in reasons.items() if reason)


def own_services(chosen: Sequence[Service]) -> Sequence[Service]:
    """Those that are nobody else's: neither every server's nor Google's. All of them, where there are no others."""
    return [service for service in chosen if not _is_common(service)] or chosen


def _is_common(service: Service) -> bool:
    name = service.full_name
    return bool(_OWN.fullmatch(name) or _PASSED.fullmatch(name) or provided_by(service.file))


def _check_named(contract: Contract, named: Sequence[str]) -> None:
    for name in named:
        if name not in contract.services:
            known = ", ".join(contract.services) or "none"
            raise JavaError(f"--service {name}: expected a service of the contract, got none; it has {one_line(known)}")
    if not contract.services:
        raise JavaError("contract: expected at least one service, got none; name the .proto files that have services")


def _reason(contract: Contract, service: Service, named: Sequence[str]) -> str:
    """Why a service is left out, and what to do about it; "" where it is generated."""
    name, add = service.full_name, f"add --service {service.full_name} to generate it"
    if named:
        return "" if name in named else "not among those named with --service"
    if service.file not in contract.named:
        how = f"name the file with --proto, or {add}" if contract.sources else add
        return f"{service.file} is only imported; {how}"
    if contract.sources:
        return ""
    if _OWN.fullmatch(name):
        return f"the generated server has its own; {add}"
    if _PASSED.fullmatch(name):
        return f"forwarded to legacy unchanged; {add}"
    imported = any(service.file in file.dependency for file in contract.files.file)
    return f"{service.file} came with what imports it; {add}" if imported and provided_by(service.file) else ""
