"""Blocks of header fields (RFC 7541): a server's are read, a client's are written. Pure.

Written blocks use no table of the connection: one that holds ids which never come again costs a search for each field,
and gains nothing. They are not Huffman coded: hpack's time for that grows with the square of a value's length.
"""

from collections.abc import Iterable
from functools import lru_cache

import hpack
from hpack.table import HeaderTable

from crossfade.shadow.asking.clients.http2_frames import Http2Error
from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.fields import as_recorded

NO_TABLE = b"\x20"
"""Goes in front of a block: the writer's table has no room (RFC 7541 6.3)."""

_INDEXED = 0x80  # from here on a byte names a field of the table (RFC 7541 6.1)
_KNOWN_BYTES, _KNOWN = 32, 64  # so that what is kept for a connection stays below 8 MB
_SECRET = 0x10  # RFC 7541 6.2.3: nobody on the way may remember it
_SECRETS = frozenset({b"authorization", b"proxy-authorization", b"cookie"})
_SHORT = 64
_BAD_BLOCKS = (hpack.HPACKError, IndexError, TypeError, UnicodeDecodeError)
_STATIC = {field: bytes([_INDEXED | at]) for at, field in enumerate(HeaderTable.STATIC_TABLE, 1)}
_NAMES = {name: at for at, (name, _) in reversed(list(enumerate(HeaderTable.STATIC_TABLE, 1)))}


def block_of(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Fields as a block that leans on no other one."""
    return b"".join([_STATIC.get(field) or _literal(*field) for field in fields])


def _literal(name: bytes, value: bytes) -> bytes:
    """RFC 7541 6.2.2: not to be remembered."""
    return (_named(name) if len(name) <= _SHORT else _name(name)) + _number(len(value), 7) + value


def _name(name: bytes) -> bytes:
    mark = _SECRET if name in _SECRETS else 0
    at = _NAMES.get(name, 0)
    return _number(at, 4, mark) if at else _number(0, 4, mark) + _number(len(name), 7) + name


_named = lru_cache(1024)(_name)
"""The same of names that are short: a service has few of them."""


def _number(value: int, bits: int, mark: int = 0) -> bytes:
    """RFC 7541 5.1; ``mark`` are the bits above."""
    most = (1 << bits) - 1
    if value < most:
        return bytes((mark | value,))
    found, value = bytearray((mark | most,)), value - most
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


class BlockReader:
    """Reads the blocks of one connection, in the order in which they come.

    A block of references alone says the same as long as the table stays, which only blocks of another kind change: so
    most blocks are looked up whole.
    """

    def __init__(self, most_bytes: int) -> None:
        """``most_bytes``: of one list of fields, each with 32 bytes more (RFC 9113 6.5.2)."""
        self._decoder = hpack.Decoder(most_bytes)
        self._known: dict[bytes, Headers] = {}

    def fields(self, block: bytes) -> Headers:
        """The fields as records hold them. Raises: Http2Error: and the connection can't be read any further."""
        if (known := self._known.get(block)) is not None:
            return known
        try:
            found = self._decoder.decode(block, raw=True)
        except _BAD_BLOCKS as error:
            raise Http2Error(f"header fields that can't be read ({type(error).__name__})") from None
        fields = as_recorded((bytes(name), bytes(value)) for name, value in found)
        if not block or min(block) < _INDEXED or len(self._known) >= _KNOWN:
            self._known.clear()
        elif len(block) <= _KNOWN_BYTES:
            self._known[block] = fields
        return fields
