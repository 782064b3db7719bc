"""Signatures as text, the key under which they are stored."""

import json
from collections.abc import Sequence

from crossfade.shadow.exchange.difference import Fingerprint, Signature


def signature_text(signature: Signature) -> str:
    """A signature as a JSON list of [template, kind, cause], with the transition behind them where there is one."""
    return json.dumps([_parts(item) for item in signature])


def read_signature(text: str) -> Signature:
    """The signature of a stored text."""
    return tuple(_fingerprint(*parts) for parts in json.loads(text))


def _parts(found: Fingerprint) -> Sequence[str]:
    parts = found.template, found.kind, found.cause
    return (*parts, found.transition) if found.transition else parts


def _fingerprint(template: str, kind: str, cause: str, transition: str = "") -> Fingerprint:
    return Fingerprint(template=template, kind=kind, cause=cause, transition=transition)
