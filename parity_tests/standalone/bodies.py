"""Bodies and messages as JSON, as exported tests read them. Pure."""

import base64
import json
import re
from typing import Any

from google.protobuf import json_format

from crossfade.codegen.contract import Contract, Method
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Headers

Json = Any
_LINE_END = re.compile(r"\r\n|\n|\r")


class NotExportableError(Exception):
    """A call that is left out, and why."""


def body_parts(headers: Headers, body: bytes) -> tuple[str, Json]:
    """An HTTP body and what it is: json, lines (of JSON), events (sent by a server), text or base64.

    Raises: UndecodableError: it is not coded as its fields say.
    """
    plain = plain_body(headers, body)
    try:
        text = plain.decode()
    except ValueError:
        return "base64", base64.b64encode(plain).decode()
    try:
        match form_of(*media_type(headers)):
            case Form.JSON:
                return "json", json.loads(text)
            case Form.LINES:
                return "lines", [json.loads(line) for line in _LINE_END.split(text) if line.strip()]
            case Form.EVENTS:
                return "events", events_of(text)
    except ValueError:
        pass  # it is a text, whatever its type says
    return "text", text


def events_of(text: str) -> Json:
    """Server-sent events as objects of their fields; data that is JSON is read as such."""
    events = []
    for block in re.split(r"(?:\r\n|\n|\r){2}", text):
        lines = [line.partition(":") for line in _LINE_END.split(block) if line and not line.startswith(":")]
        event: dict[str, Json] = {}
        for name, _, value in lines:
            event[name] = f"{event[name]}\n{value.removeprefix(' ')}" if name in event else value.removeprefix(" ")
        if str(event.get("data", "")).startswith(("{", "[")):
            event["data"] = json.loads(event["data"])
        if event:
            events.append(event)
    return events


def method_of(call: Call, contract: Contract | None) -> tuple[Method, Contract]:
    """Raises: NotExportableError: the contract does not have it."""
    method = None if contract is None else contract.methods.get(call.route.route)
    if contract is None or method is None:
        raise NotExportableError("the contract does not have it")
    return method, contract


def messages_of(headers: Headers, body: bytes, type_name: str, contract: Contract) -> list[Json]:
    """The messages of one direction. Raises: UndecodableError."""
    parsed = (parse_message(data, type_name, contract) for data in split_frames(body, headers))
    return [
        json_format.MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        for message in parsed
    ]
