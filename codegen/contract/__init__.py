"""The proto contract, read once into frozen records: the ground floor, which everyone may import.

``records`` holds them, ``load`` reads .proto files or a descriptor set, ``reflection`` asks a running server.
"""

from crossfade.codegen.contract.load import DescriptorSet, ProtoFiles, Reflection, load_contract
from crossfade.codegen.contract.records import CallType, Contract, ContractError, Method

__all__ = [
    "CallType",
    "Contract",
    "ContractError",
    "DescriptorSet",
    "Method",
    "ProtoFiles",
    "Reflection",
    "load_contract",
]
