"""A request that may be stored: which parts of it are pseudonyms, and whether its exact bytes may be kept. Pure."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

from crossfade.shadow.exchange.observations import UNSHOWN, RequestSample

_MAX_NAMED = 5
_NAME = re.compile(r"[A-Za-z_][\w-]{2,200}", re.ASCII)
_PACKED = (b"\x1f\x8b", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PK\3\4")
"""How gzip, zlib, bzip2, xz, zstd and zip begin: nothing can be found in them."""


class Hides(Protocol):
    """What replaces secrets (see ``redact``)."""

    def is_secret(self, name: str) -> bool:
        """Whether values under this name are replaced."""

    def value(self, text: str, name: str) -> str:
        """A value that was found under a name."""

    def members(self, text: str) -> str:
        """Free text."""

    def text(self, text: str) -> str:
        """Free text without names."""

    def target(self, target: str) -> str:
        """A path with its query."""

    def body(self, body: str) -> str:
        """A body that is text."""


def redact_sample(sample: RequestSample, hides: Hides) -> RequestSample:
    """The sample with pseudonyms, and with their places in ``redacted``.

    The exact bytes are kept only if nothing in them must be hidden: with a pseudonym they would be other bytes.
    """
    target = hides.target(sample.target)
    headers = tuple((hides.text(name), hides.value(value, name)) for name, value in sample.headers)
    body = _body(sample, hides)
    keeps = sample.data is None or (body == sample.body and _may_keep(sample, base64.b64decode(sample.data), hides))
    replaced = [
        *(["the target"] if target != sample.target else []),
        *_names(sample.headers, headers),
        *(_members(sample.body, body) if body != sample.body else []),
    ]
    return RequestSample(
        protocol=sample.protocol,
        method=hides.text(sample.method),
        target=target,
        headers=headers,
        body=body,
        authority=hides.text(sample.authority),
        h2c=sample.h2c,
        data=sample.data if keeps else None,
        cut=sample.cut if keeps else sample.cut or (UNSHOWN if body else "the body"),
        redacted=(*sample.redacted, *replaced),
    )


def _body(sample: RequestSample, hides: Hides) -> str:
    """Each message of a call by itself."""
    if sample.protocol != "grpc":
        return hides.body(sample.body)
    return "\n".join(map(hides.body, sample.body.split("\n")))


def is_free(data: bytes, hides: Hides) -> bool:
    """Whether bytes hold nothing that must be hidden, read as UTF-8 and, if they have zeros, as UTF-16."""
    return all(hides.members(text) == text for text in _texts(data))


def _may_keep(sample: RequestSample, data: bytes, hides: Hides) -> bool:
    """Whether exact bytes hold nothing that a pattern finds, and no field that would be hidden by its name.

    Without a schema the names are in the bytes themselves (CBOR, MessagePack, JSON in UTF-16), and nothing shows where
    the value behind a name ends.
    """
    if any(map(hides.is_secret, sample.unread)) or (not sample.body and data.startswith(_PACKED)):
        return False
    if sample.protocol != "grpc" and any(
        hides.is_secret(word) for text in _texts(data) for word in _NAME.findall(text)
    ):
        return False
    return is_free(data, hides)


def _texts(data: bytes) -> list[str]:
    return [part.decode("utf-8", "surrogateescape") for part in dict.fromkeys((data, data.replace(b"\0", b"")))]


def _names(before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """The header fields whose values were replaced."""
    changed = (two[0] for one, two in zip(before, after, strict=True) if one != two)
    return (f"header {name}" for name in dict.fromkeys(changed))


def _members(before: str, after: str) -> Iterator[str]:
    """The members of a JSON body that were replaced, the first few by name; else the body as a whole."""
    try:
        texts = zip(before.split("\n"), after.split("\n"), strict=True)
        pairs = [(json.loads(one), json.loads(two)) for one, two in texts if one != two]
        found = list(dict.fromkeys(name for one, two in pairs for name in _changed(one, two, "")))
    except (ValueError, RecursionError):  # from Python 3.12 on, json reads what is nested deeper than code may recurse
        yield "the body"
        return
    yield from (f"body {name}" for name in found[:_MAX_NAMED])
    if len(found) > _MAX_NAMED:
        yield f"{len(found) - _MAX_NAMED} more of the body"


def _changed(before: Any, after: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - what json gives
    """Where two values of one shape differ; a name that was replaced itself is not shown."""
    match before, after:
        case dict(), dict() if before.keys() == after.keys():
            for name in before:
                yield from _changed(before[name], after[name], f"{path}/{name}")
        case list(), list() if len(before) == len(after):
            for one, two in zip(before, after, strict=True):
                yield from _changed(one, two, f"{path}/*")
        case _ if before != after:
            yield path or "/"
