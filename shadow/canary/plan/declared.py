"""Which routes can be shifted: those that a config or a contract declares. An inferred one is known too late. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import Method
from crossfade.shadow.exchange.route import qualified

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredRoute:
    """A route on one port; ``safe``: its requests change nothing."""

    name: str
    listener: str
    safe: bool

    @property
    def key(self) -> str:
        """What no other route is called."""
        return qualified(self.name, self.listener)

    @property
    def is_rpc(self) -> bool:
        """Whether it is a method of the contract, and not ``METHOD /path``."""
        return " " not in self.name


def declared_routes(
    templates: Iterable[str], methods: Mapping[str, Method], listeners: Iterable[str], seen: Iterable[str] = ()
) -> tuple[DeclaredRoute, ...]:
    """Each declared route on each port, in the order of their keys.

    ``seen`` are the keys of routes that had traffic: one that was seen on some port is not looked for on the others.
    """
    safe = {name: method.safe for name, method in methods.items()}
    safe |= {name: name.partition(" ")[0] in _SAFE for name in templates}
    ports = tuple(listeners) or ("",)
    had_traffic = frozenset(seen)
    found = []
    for name, is_safe in safe.items():
        routes = [DeclaredRoute(name=name, listener=port, safe=is_safe) for port in ports]
        found += [route for route in routes if route.key in had_traffic] or routes
    return tuple(sorted(found, key=lambda route: route.key))
