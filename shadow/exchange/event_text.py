"""Events as lines of JSON, and back. Pure.

A body that is UTF-8 stands as ``text``, any other as ``base64``; of a hidden one there is ``hidden`` with its length.
"""

import base64
import json
from typing import Any

from crossfade.shadow.exchange.events import Event, EventKind, Hidden, Side

_SIDES: dict[str, Side] = {side.value: side for side in Side}
_KINDS: dict[str, EventKind] = {kind.value: kind for kind in EventKind}


def event_line(event: Event) -> str:
    """One event as a line of ASCII without its end."""
    record: dict[str, Any] = {"id": event.comparison_id, "side": event.side.value, "seq": event.seq}
    record["event"] = event.kind.value
    if event.at_ms is not None:
        record["at_ms"] = event.at_ms
    record |= {name: value for name, value in (("about", dict(event.about)), ("headers", event.headers)) if value}
    match event.body:
        case bytes():
            record |= _body_text(event.body)
        case Hidden():
            record["hidden"] = {"size_bytes": event.body.size_bytes, "digest": event.body.digest}
    return json.dumps(record, separators=(",", ":"))


def read_event(record: dict[str, Any]) -> Event:
    """The event of a line's object. Raises: KeyError, ValueError, TypeError: not one that was written as an event."""
    return Event(
        comparison_id=record["id"],
        side=_SIDES.get(record["side"]) or Side(record["side"]),
        seq=record["seq"],
        kind=_KINDS.get(record["event"]) or EventKind(record["event"]),
        at_ms=record.get("at_ms"),
        headers=tuple([(name, value) for name, value in record.get("headers", ())]),
        body=_body(record),
        about=record.get("about", {}),
    )


def _body_text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _body(record: dict[str, Any]) -> bytes | Hidden | None:
    if "text" in record:
        return str(record["text"]).encode()
    if "base64" in record:
        return base64.b64decode(record["base64"])
    return Hidden(**record["hidden"]) if "hidden" in record else None
