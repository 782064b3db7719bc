"""A side's streamed answer in legacy's words: its handles are mapped message by message."""

import re

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.sides import Side

_DATA = re.compile(rb"^data: ?([^\r\n]*)", re.MULTILINE)
_LEARNT = 16
"""Handles are learnt from so many messages at the beginning of a stream, where a session or a cursor is named."""


class Translation:
    """Translates one stream; called with the messages of legacy and of the side that stand at the same place."""

    def __init__(self, bindings: Bindings, route: str, side: Side, type_name: str | None, *, write: bool) -> None:
        """``type_name`` is the message's type in the contract, None of a JSON text and of a server-sent event.

        ``write``: the call may mint by itself.
        """
        self._bindings = bindings
        self._route = route
        self._side = side
        self._type_name = type_name
        self._write = write
        self._unlearnt = _LEARNT

    def __call__(self, legacy: bytes, own: bytes) -> bytes:
        """The side's message with legacy's values in it; the very same bytes where nothing is mapped."""
        if self._unlearnt > 0:
            self._unlearnt -= 1
            learnt = (legacy, own) if self._type_name is not None else (_data(legacy), _data(own))
            of = self._type_name
            self._bindings.learn_message(*learnt, of, self._side, route=self._route, write=self._write)
        return self._bindings.map_message(own, self._type_name, self._side)


def _data(text: bytes) -> bytes:
    """What a server-sent event carries (WHATWG HTML 9.2.6); any other text as it is."""
    return b"\n".join(_DATA.findall(text)) or text
