"""What carries a list in an answer: JSON, XML, a message. Written and decoded as answers are."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
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


class Carrier(ABC):
    """``root`` is where the whole answer stands, ``place`` where the list in it does."""

    root = "body"
    place = "body"
    is_proto = False

    @abstractmethod
    def decoded(self, items: Sequence[Any]) -> Value:
        """The answer with this list, as it is read from its bytes."""

    @abstractmethod
    def path(self, items: Sequence[Any], at: int) -> str:
        """Where the element with this index stands."""


class Json(Carrier):
    """A JSON list, alone in its body."""

    def decoded(self, items: Sequence[Any]) -> Value:
        return decode_json(json.dumps(items))

    def path(self, items: Sequence[Any], at: int) -> str:
        return f"body/{at}"


class Xml(Carrier):
    """The children ``row`` of an element; members of an object are its attributes (@) and children."""

    place = "body/rows"

    def decoded(self, items: Sequence[Any]) -> Value:
        return read_xml(f"<rows>{''.join(map(self._row, items))}</rows>".encode(), None)

    def path(self, items: Sequence[Any], at: int) -> str:
        return f"{self.place}/row[{at + 1}]" if at else f"{self.place}/row"

    @staticmethod
    def _row(item: dict[str, Any]) -> str:
        attributes = "".join(f" {key[1:]}={quoteattr(str(value))}" for key, value in item.items() if key[0] == "@")
        inside = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in item.items() if key[0] != "@")
        return f"<row{attributes}>{inside}</row>"


class Proto(Carrier):
    """A repeated field of a message."""

    root = "message"
    is_proto = True

    def __init__(self, field: str) -> None:
        self.field = field
        self.place = f"message.{field}"

    def decoded(self, items: Sequence[Any]) -> Value:
        return decode_message(message_bytes({self.field: items}), TYPE, contract())

    def path(self, items: Sequence[Any], at: int) -> str:
        return f"{self.place}[{at}]"


class ProtoEntries(Proto):
    """A map field; its items are pairs, of which the last with a key counts."""

    def decoded(self, items: Sequence[Any]) -> Value:
        return decode_message(message_bytes({self.field: dict(items)}), TYPE, contract())

    def path(self, items: Sequence[Any], at: int) -> str:
        return f"{self.place}[{items[at][0]}]"


@cache
def contract() -> Contract:
    """The contract of lists.proto."""
    return load_contract(ProtoFiles(files=(_FOLDER / "lists.proto",), includes=(_FOLDER,)))


def message_bytes(fields: dict[str, Any]) -> bytes:
    """A serialised message with these fields."""
    return contract().message_class(TYPE)(**fields).SerializeToString()
