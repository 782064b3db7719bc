"""What can be called: the methods of the contract and the HTTP routes, each behind a listener."""

from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.codegen.contract import CallType, Contract, Method
from crossfade.parity_tests.fuzz.names import entity_of_method, entity_of_template
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110 9.2.1, without TRACE
_STREAMED = frozenset({CallType.CLIENT_STREAM, CallType.BIDI})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route that calls are generated for; ``method`` where it is an RPC.

    ``entity`` is what it is about, as far as its name tells, else "". ``write``: it may change something.
    """

    route: RouteInfo
    entity: str
    write: bool
    method: Method | None = None

    @property
    def key(self) -> str:
        """What no other operation is called."""
        return self.route.key

    @property
    def verb(self) -> str:
        """The HTTP method; POST for an RPC."""
        return "POST" if self.method is not None else self.route.route.partition(" ")[0]

    @property
    def template(self) -> str:
        """The path with its parameters; that of an RPC has none."""
        return self.route.route.partition(" ")[2] if self.method is None else f"/{self.route.route}"

    @property
    def is_streamed(self) -> bool:
        """Whether a client sends several messages."""
        return self.method is not None and self.method.call_type in _STREAMED


def call_operations(contract: Contract | None, listener: str) -> tuple[Operation, ...]:
    """The methods of a contract behind one listener."""
    methods: Iterable[Method] = () if contract is None else contract.methods.values()
    return tuple(
        Operation(
            route=_route(method.full_name, Protocol.GRPC, method.call_type.value, listener),
            entity=entity_of_method(method.full_name),
            write=not method.safe,
            method=method,
        )
        for method in methods
    )


def http_operation(template: str, listener: str) -> Operation:
    """An HTTP route, ``METHOD /path/{name}``."""
    verb, _, path = template.partition(" ")
    return Operation(
        route=_route(template, Protocol.HTTP, "http", listener),
        entity=entity_of_template(path),
        write=verb not in _SAFE,
    )


def _route(name: str, protocol: Protocol, call_type: str, listener: str) -> RouteInfo:
    return RouteInfo(route=name, protocol=protocol.value, call_type=call_type, stage=Stage.SHADOW, listener=listener)
