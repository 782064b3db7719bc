"""What carries a list in an answer: JSON, XML, a message. Written and decoded as answers are."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.exchange.difference import Value

TYPE = "bench.v1.Lists"
_FOLDER = Path(__file__).parent


Items = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """``root`` is where the whole answer stands, ``place`` where the list in it does.

    ``decoded`` gives the answer with a list, as it is read from its bytes; ``path`` where an element stands, by the
    element and its index.
    """

    decoded: Callable[[Items], Value]
    path: Callable[[Any, int], str]
    root: str = "body"
    place: str = "body"
    is_proto: bool = False


def proto(field: str) -> Carrier:
    """A repeated field of a message."""
    place = f"message.{field}"
    return Carrier(
        decoded=lambda items: decode_message(message_bytes({field: items}), TYPE, contract()),
        path=lambda _, at: f"{place}[{at}]",
        root="message",
        place=place,
        is_proto=True,
    )


def _xml(items: Items) -> Value:
    """The children of an element; members of an object are attributes (@) and children."""
    return read_xml(f"<rows>{''.join(map(_row, items))}</rows>".encode(), None)


def _row(item: dict[str, Any]) -> str:
    attributes = "".join(f" {key[1:]}={quoteattr(str(value))}" for key, value in item.items() if key[0] == "@")
    inside = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in item.items() if key[0] != "@")
    return f"<row{attributes}>{inside}</row>"


def _entries(items: Items) -> Value:
    """The entries of a map field, of pairs."""
    return decode_message(message_bytes({"entries": dict(items)}), TYPE, contract())


JSON = Carrier(decoded=lambda items: decode_json(json.dumps(items)), path=lambda _, at: f"body/{at}")
XML = Carrier(decoded=_xml, path=lambda _, at: f"body/rows/row[{at + 1}]" if at else "body/rows/row", place="body/rows")
ENTRIES = replace(proto("entries"), decoded=_entries, path=lambda item, _: f"message.entries[{item[0]}]")


@cache
def contract() -> Contract:
    """The contract of lists.proto."""
    return load_contract(ProtoFiles(files=(_FOLDER / "lists.proto",), includes=(_FOLDER,)))


def message_bytes(fields: dict[str, Any]) -> bytes:
    """A serialised message with these fields."""
    return contract().message_class(TYPE)(**fields).SerializeToString()
