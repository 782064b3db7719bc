"""The proto contract, read once into frozen records: the ground floor, which everyone may import.

``records`` holds them, ``origins`` knows where their names stand and their comments, ``load`` reads .proto files
or a descriptor set, ``reflection`` queries a running server, ``idempotency`` reads what a person knows of its RPCs.
"""

from crossfade.codegen.contract.idempotency import proposal, propose, read_idempotency
from crossfade.codegen.contract.load import DescriptorSet, ProtoFiles, Reflection, load_contract
from crossfade.codegen.contract.origins import Origin
from crossfade.codegen.contract.records import CallType, Contract, ContractError, Method, Service

__all__ = [
    "CallType",
    "Contract",
    "ContractError",
    "DescriptorSet",
    "Method",
    "Origin",
    "ProtoFiles",
    "Reflection",
    "Service",
    "load_contract",
    "proposal",
    "propose",
    "read_idempotency",
]
