"""Which RPCs a person has confirmed to change nothing, and which have a name that suggests it.

Most contracts declare nothing of the kind, and what is not known to be safe is never called twice. A name alone proves
nothing: names are proposed, and a person writes into a file those that are right.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crossfade.codegen.contract.records import Contract, ContractError, Method, one_line


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MAX_BYTES = 1 << 20
_MAX_LINES = 20
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_READS = _words(
    """check compare count describe download exists explain export fetch find get has head health info inspect is list
    lookup observe ping preview query range read resolve scan search show stat status validate version view watch"""
)
# MemberList: as good as ListMembers
_READS_BEHIND = _words("count get info list lookup query search stat status watch")
_MANY = _words("batch bulk multi server stream streaming streamed")
_WRITES = _words(
    """ack acknowledge add and append apply cancel claim clear commit consume create delete increment insert lease lock
    mark modify move mutate or pop post publish purge push put remove reset send set start stop store submit swap
    update upsert write"""
)
_WRITING_VERBS = frozenset({"DELETE", "PATCH", "PUT"})


def read_idempotency(path: Path, contract: Contract) -> frozenset[str]:
    """The RPCs that a file confirms as safe, as ``pkg.Service/Method``.

    Raises: ContractError: the file can't be read, or a name is unknown, stands there twice, or is one that the contract
        itself declares to change something; one line for each.
    """
    text = _text(path)
    names = _names(text, path)
    wrong = [line for name, count in Counter(names).items() for line in _wrong(name, count, text, path, contract)]
    if wrong:
        more = len(wrong) - _MAX_LINES
        raise ContractError("\n".join([*wrong[:_MAX_LINES], *([f"{path}: and {more} more"] if more > 0 else [])]))
    return frozenset(names)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ContractError(f"{path}: expected a file of safe RPCs, got {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise ContractError(f"{path}: expected at most {_MAX_BYTES} bytes, got {len(data)}; list RPCs alone")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ContractError(f"{path}: expected UTF-8, got other bytes; save the file as UTF-8") from None


def _names(text: str, path: Path) -> list[str]:
    expected = 'safe = ["pkg.Service/Method", ...]'
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ContractError(f"{path}: expected {expected}, got no TOML ({one_line(error)})") from None
    names = table.get("safe")
    if set(table) != {"safe"} or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ContractError(
            f"{path}: expected {expected} and nothing else, got {one_line(', '.join(table)) or 'nothing'}"
        )
    return names


def _wrong(name: str, count: int, text: str, path: Path, contract: Contract) -> Iterator[str]:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if f'"{name}"' in line.partition("#")[0]]
    where, shown = f"{path}:{lines[0]}" if lines else f"{path}", one_line(name)
    method = contract.methods.get(name)
    if method is None:
        near = _near(name, contract)
        yield f"{where}: expected an RPC of the contract, got {shown}; {near}"
    elif (declared := _declared(method)) and not method.safe:
        got = f"{shown}, which {contract.origins[name]} declares as {declared}"
        yield f"{where}: expected an RPC without side effects, got {got}; remove it"
    if count > 1:
        again = f"{path}:{lines[1]}" if len(lines) > 1 else where
        yield f"{again}: expected each RPC once, got {shown} again; remove one"


def _near(name: str, contract: Contract) -> str:
    method = name.rpartition("/")[2]
    near = sorted(known for known in contract.methods if known.rpartition("/")[2] == method)[:3]
    return f"did you mean {' or '.join(near)}?" if near else "write it as pkg.Service/Method, or remove it"


def _declared(method: Method) -> str:
    """How a contract declares that an RPC changes something; "" where it does not."""
    if method.idempotent:
        return "IDEMPOTENT, which has side effects"
    return f"HTTP {method.http.partition(' ')[0]}" if method.http.partition(" ")[0] in _WRITING_VERBS else ""


def propose(contract: Contract, names: Iterable[str]) -> tuple[str, ...]:
    """Of these RPCs those that are not known to be safe but have a name that reads, in the contract's order."""
    wanted = set(names)
    return tuple(
        name
        for name, method in contract.methods.items()
        if name in wanted and not method.safe and not _declared(method) and _reads(name.rpartition("/")[2])
    )


def _reads(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    first = next((word for word in words if word not in _MANY), "")
    return (first in _READS or words[-1] in _READS_BEHIND) and _WRITES.isdisjoint(words)


def proposal(names: Iterable[str], where: str) -> str:
    """A file for a person to go through: every name is commented out."""
    listed = "\n".join(f'  # "{name}",' for name in names)
    return f"""\
# RPCs that change nothing, and so may be called twice to be compared. Proposed by their names alone: take the comment
# mark away where you know that the legacy service changes nothing by it, not even a counter, a lock or a mark "seen".
# {where}
safe = [
{listed}
]
"""
