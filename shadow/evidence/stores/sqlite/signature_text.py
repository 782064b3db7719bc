"""Signatures as text, the key under which they are stored."""

import json

from crossfade.shadow.exchange.difference import Fingerprint, Signature


def signature_text(signature: Signature) -> str:
    """A signature as a JSON list of [template, kind, cause]."""
    return json.dumps([[item.template, item.kind, item.cause] for item in signature])


def read_signature(text: str) -> Signature:
    """The signature of a stored text."""
    return tuple(Fingerprint(template=template, kind=kind, cause=cause) for template, kind, cause in json.loads(text))
