"""Values that are each right and do not go together: found once the tree is read. Pure."""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator

from crossfade.shadow.config.address import split_address
from crossfade.shadow.config.locate import Location
from crossfade.shadow.config.settings import Config, ListenSettings, MirrorAction, State

Clash = tuple[Location, str]
"""The key that is to change, and ``expected X, got Y; do Z``."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PATH = re.compile(r" (?=[/*?])")
_HERE = frozenset({"127.0.0.1", "::1"})
_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def find_clashes(config: Config) -> Iterator[Clash]:
    """Each clash with the key that is to change."""
    yield from _same_names(config)
    yield from _same_ids(config)
    yield from _unknown_ports(config)
    yield from _double_writes(config)
    legacies = {_place(listen.legacy) for listen in config.listen}
    for index, listen in enumerate(config.listen):
        for key, message in (*_own_ports(config, listen), *_one_server(config, listen, legacies)):
            yield ("listen", index, key), message


def _same_names(config: Config) -> Iterator[Clash]:
    names = Counter(listen.name for listen in config.listen)
    for index, listen in enumerate(config.listen):
        if names[listen.name] > 1:
            message = f"expected a different name for each port, got {listen.name!r} twice; rename one"
            yield ("listen", index, "name"), message
            return


def _same_ids(config: Config) -> Iterator[Clash]:
    ids = Counter(rule.id for rule in config.accept if rule.id is not None)
    for index, rule in enumerate(config.accept):
        if rule.id is not None and ids[rule.id] > 1:
            yield ("accept", index, "id"), f"expected a different id for each rule, got {rule.id!r} twice; rename one"
            return


def _unknown_ports(config: Config) -> Iterator[Clash]:
    """Rules that mean no route at all: a skip that is not one is found out too late."""
    rules = {
        ("mirror", "rule"): [rule.route for rule in config.mirror.rule],
        ("mirror", "header"): [rule.route for rule in config.mirror.header],
        ("compare", "ignore"): [rule.route for rule in config.compare.ignore],
        ("compare", "list"): [rule.route for rule in config.compare.list],
        ("accept",): [rule.route for rule in config.accept],
    }
    for place, globs in rules.items():
        for index, glob in enumerate(globs):
            if wrong := _wrong_port(config, glob):
                yield (*place, index, "route"), wrong
    for glob in config.gate.routes:
        if wrong := _wrong_port(config, glob):
            yield ("gate", "routes"), wrong


def _wrong_port(config: Config, glob: str) -> str:
    """What is wrong with the words in front of a route, "" where nothing is."""
    route = _without_port(config, glob)
    method, *path = _PATH.split(route, maxsplit=1)
    if " " not in (method if path else route) or glob.startswith("("):
        return ""
    ports = ", ".join(listen.name for listen in config.listen) or "none"
    return (
        f"expected METHOD /path or package.Service/Method, with a port's name in front or without, got {glob!r}; "
        f"the ports are {ports}"
    )


def _without_port(config: Config, glob: str) -> str:
    """A glob without the name of a port in front."""
    names = (f"{listen.name} " for listen in config.listen)
    return next((glob.removeprefix(name) for name in names if glob.startswith(name)), glob)


def _double_writes(config: Config) -> Iterator[Clash]:
    index = _write_rule(config)
    if config.service.state is State.SHARED and index is not None:
        message = (
            "expected no 'mirror' for a write with service.state = 'shared', "
            f"got {config.mirror.rule[index].route!r}: both sides would write the same store; "
            "give the candidate its own store, or remove the rule"
        )
        yield ("mirror", "rule", index, "action"), message


def _write_rule(config: Config) -> int | None:
    """The first rule that may send a write to the candidate."""
    rules = enumerate(config.mirror.rule)
    return next(
        (at for at, rule in rules if rule.action is MirrorAction.MIRROR and not _is_safe(config, rule.route)), None
    )


def _is_safe(config: Config, glob: str) -> bool:
    method, space, _ = _without_port(config, glob).partition(" ")
    return bool(space) and method in _SAFE


def _own_ports(config: Config, listen: ListenSettings) -> Iterator[tuple[str, str]]:
    """Servers that are the proxy itself: a request would go round for ever."""
    for key in ("legacy", "candidate", "secondary"):
        url = getattr(listen, key)
        own = next((other for other in config.listen if url and _is_at(_place(url), other.address)), None)
        if own is not None:
            message = f"expected a server behind the proxy, got its own port {own.address} ({own.name})"
            yield key, f"{message}; name the address of {key}"


def _one_server(config: Config, listen: ListenSettings, legacies: set[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """A server compared with itself, or one that would get each write twice."""
    if _place(listen.candidate) in legacies:
        yield "candidate", f"expected a server other than legacy, got {listen.candidate!r}; name the candidate's own"
    if listen.secondary is None:
        return
    second, rule = _place(listen.secondary), _write_rule(config)
    if second == _place(listen.candidate):
        message = f"expected a second instance of legacy, got the candidate {listen.secondary!r}: "
        yield "secondary", f"{message}every difference would be noise; name another, or remove the key"
    elif second in legacies and rule is not None:
        message = f"expected a separate instance while a rule mirrors writes, got legacy {listen.secondary!r}: "
        message += f"each write of {config.mirror.rule[rule].route!r} would run twice on it; "
        yield "secondary", f"{message}name one with its own store, or remove the key"


def _place(url: str) -> tuple[str, int]:
    """Host and port of a URL in one spelling."""
    return _one_spelling(url.partition("://")[2])


def _one_spelling(address: str) -> tuple[str, int]:
    host, port = split_address(address)
    name = host.lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(name)), port
    except ValueError:
        return "127.0.0.1" if name == "localhost" else name, port


def _is_at(place: tuple[str, int], address: str) -> bool:
    """Whether a server is what listens at ``address``, which may be every address of this machine."""
    host, port = _one_spelling(address)
    return place[1] == port and (place[0] == host or (host in _ANY and place[0] in _HERE | _ANY))
