"""Sends recorded calls to a service and holds its answers against the recorded ones. Only calls by gRPC need grpcio.

In a session ``${h1}`` is a value that the service makes itself, the same one wherever it stands again; ``${h1#}`` is
one that JSON has as a number, ``${*}`` any value, ``${$}`` a dollar sign. What a call ``gives`` are handles in a body
that is not checked.
"""

import base64
import http.client
import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

TIMEOUT_S = 30
ANYTHING = "${*}"
_MARK = re.compile(r"\$\{(\$|h\d+#?)\}")


class Values:
    """What the service gave for the handles of a session."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def filled(self, value: Any) -> Any:
        """A request with the service's own values in it."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = _MARK.fullmatch(value)
        text = _MARK.sub(lambda mark: "$" if mark[1] == "$" else self._value(mark[1]), value)
        return int(text) if whole and whole[1].endswith("#") else text

    def take(self, mark: str, value: Any, path: list[Any]) -> None:
        """Learns a handle from a place in an answer, if there is one."""
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return
        self._is_same(mark, value)

    def differences(self, expected: Any, found: Any, path: str) -> Iterator[str]:
        """One line for each place at which an answer is another one."""
        if expected == ANYTHING:
            return
        if isinstance(expected, dict) and isinstance(found, dict):
            for key in sorted({*expected, *found}):
                at = f"{path}/{key}"
                if key not in found:
                    yield f"  {at}: expected {_shown(expected[key])}, got nothing"
                elif key not in expected:
                    yield f"  {at}: expected nothing, got {_shown(found[key])}"
                else:
                    yield from self.differences(expected[key], found[key], at)
        elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
            for index, (one, other) in enumerate(zip(expected, found, strict=True)):
                yield from self.differences(one, other, f"{path}/{index}")
        elif not self._is_same(expected, found):
            yield f"  {path}: expected {_shown(expected)}, got {_shown(found)}"

    def _is_same(self, expected: Any, found: Any) -> bool:
        if isinstance(expected, str) and _MARK.search(expected):
            whole = _MARK.fullmatch(expected)
            is_number = isinstance(found, int) and not isinstance(found, bool)
            if is_number != bool(whole and whole[1].endswith("#")):
                return False
            return self._learn(expected, str(found))
        if isinstance(expected, bool) or isinstance(found, bool):
            return expected is found
        return type(expected) is type(found) and expected == found

    def _learn(self, expected: str, found: str) -> bool:
        """Whether a text fits; what it gives for handles that were not known yet is known from now on."""
        names: list[str] = []
        pattern, at = "", 0
        for mark in _MARK.finditer(expected):
            pattern += re.escape(expected[at : mark.start()]) + self._pattern(mark[1].rstrip("#"), names)
            at = mark.end()
        match = re.fullmatch(pattern + re.escape(expected[at:]), found, re.DOTALL)
        if match is None:
            return False
        new = {name: match[name] for name in names}
        if len({*new.values(), *self._known.values()}) < len(new) + len(self._known):
            return False  # two things with one id
        self._known |= new
        return True

    def _pattern(self, name: str, names: list[str]) -> str:
        if name == "$":
            return re.escape("$")
        if name in self._known:
            return re.escape(self._known[name])
        if name in names:
            return f"(?P={name})"
        names.append(name)
        return f"(?P<{name}>.+?)"

    def _value(self, name: str) -> str:
        name = name.rstrip("#")
        assert name in self._known, f"no answer gave {name}, which this request carries"
        return self._known[name]


class Service:
    """The service under test, for one session."""

    def __init__(self, contract: Path) -> None:
        self._contract = contract
        self._values = Values()
        self._http: dict[str, http.client.HTTPConnection] = {}
        self._rpcs: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (*self._http.values(), *self._rpcs.values()):
            connection.close()

    def play(self, call: dict[str, Any]) -> list[str]:
        """Sends a call; one line for each difference."""
        expected = call["expected"]
        found = self._rpc(call) if call["kind"] == "grpc" else self._request(call)
        for form, given in call.get("gives", {}).items():
            for path, mark in given:
                self._values.take(mark, found.get(form), path)
        return [
            line
            for part, value in expected.items()
            if part != "cancelled"
            for line in self._values.differences(value, found.get(part), part)
        ]

    def _request(self, call: dict[str, Any]) -> dict[str, Any]:
        request = call["request"]
        connection = self._connection(_url(call["port"]))
        body = _body(
            {part: self._values.filled(request[part]) for part in ("json", "text", "base64") if part in request}
        )
        connection.putrequest(request["method"], self._values.filled(request["target"]), skip_accept_encoding=True)
        for name, value in self._values.filled(request.get("headers", [])):
            connection.putheader(name, value.encode("latin-1", "replace"))
        if body or request["method"] in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        kind = answer.headers.get_content_type() if "content-type" in answer.headers else None
        found = _answer(answer.status, kind, answer.read(), {*call["expected"], *call.get("gives", {})})
        names = call["expected"].get("headers", {})
        return found | {"headers": {name: answer.headers[name] for name in names if name in answer.headers}}

    def _connection(self, url: str) -> http.client.HTTPConnection:
        if url not in self._http:
            parts = urlsplit(url)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._http[url] = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        return self._http[url]

    def _rpc(self, call: dict[str, Any]) -> dict[str, Any]:
        from recorded_rpc import Rpcs  # grpcio and protobuf are needed only here

        url = _url(call["port"])
        if url not in self._rpcs:
            self._rpcs[url] = Rpcs(urlsplit(url).netloc, self._contract)
        request = call["request"]
        messages = self._values.filled(request["messages"])
        take = call["expected"].get("cancelled")
        found: dict[str, Any] = self._rpcs[url].call(
            request["rpc"], messages, self._values.filled(request["metadata"]), take
        )
        return found


def _answer(status: int, kind: str | None, body: bytes, parts: set[str]) -> dict[str, Any]:
    """The parts of an answer, in the forms in which the recorded ones are."""
    text = body.decode("utf-8", "replace")
    found: dict[str, Any] = {"status": status, "type": kind, "text": text}
    found["base64"] = base64.b64encode(body).decode()
    readers = {"json": _json, "lines": _lines, "events": _events}
    for form in readers.keys() & parts:
        try:
            found[form] = readers[form](text)
        except ValueError:
            found[form] = text
    return found


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _lines(text: str) -> list[Any]:
    return [_json(line) for line in re.split(r"\r\n|\n|\r", text) if line.strip()]


def _events(text: str) -> list[Any]:
    """Server-sent events as objects of their fields; data that is JSON is read as such."""
    events = []
    for block in re.split(r"(?:\r\n|\n|\r){2}", text):
        event: dict[str, Any] = {}
        for line in re.split(r"\r\n|\n|\r", block):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name:
                event[name] = f"{event[name]}\n{value}" if name in event else value
        if event.get("data", "").startswith(("{", "[")):
            event["data"] = _json(event["data"])
        if event:
            events.append(event)
    return events


def _body(parts: dict[str, Any]) -> bytes:
    if "json" in parts:
        return json.dumps(parts["json"], default=float).encode()
    return base64.b64decode(parts["base64"]) if "base64" in parts else parts.get("text", "").encode()


def _url(port: str) -> str:
    names = [f"SERVICE_URL_{re.sub(r'[^A-Za-z0-9]', '_', port).upper()}", "SERVICE_URL"]
    url = next((os.environ[name] for name in names if name in os.environ), None)
    assert url, f"set {names[0]} to the address of the service, such as http://127.0.0.1:8080"
    return url


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=float)
    return text if len(text) <= 200 else f"{text[:200]}…"
