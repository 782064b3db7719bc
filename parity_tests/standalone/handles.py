"""The values of a session that a service makes: ids of what is written, tokens, and what later requests carry. Pure."""

from collections.abc import Iterator

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.shrink.links import Links
from crossfade.parity_tests.standalone.bodies import Json, NotExportableError, body_parts, messages_of, method_of
from crossfade.shadow.bindings.carried import request_values
from crossfade.shadow.bindings.messages import rewrite_fields
from crossfade.shadow.bindings.names import ANY, Part, Site, is_token_name
from crossfade.shadow.bindings.scopes import is_id_site
from crossfade.shadow.bindings.shapes import is_token
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.exchange import Answer, Protocol


def handles_of(session: Session, contract: Contract | None) -> frozenset[str]:
    """All of them; what the client had sent before is its own."""
    carried = Links(session, contract).handles
    sent: set[str] = set()
    found: set[str] = set()
    for call in session.calls:
        sent.update(text for text, _ in request_values(call.request, contract))
        given = [(text, site) for text, site in _given(call, contract) if may_be_handle(text, site)]
        found.update(text for text, site in given if text in carried or (text not in sent and _is_made(site, call)))
    return frozenset(found)


def may_be_handle(text: str, site: Site) -> bool:
    """Whether a value that stands there can be one: long and hard to guess, or an id or a token by its name."""
    return is_token(text) or is_id_site(site) or is_token_name(site.name)


def leaf_text(value: Json) -> str | None:
    """A leaf as the text of a handle; None where it can't be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _is_made(site: Site, call: Call) -> bool:
    """Whether names say that the service makes a value for each answer, or for each write."""
    return site.part is Part.BODY and (call.write or is_token_name(site.name))


def _given(call: Call, contract: Contract | None) -> Iterator[tuple[str, Site]]:
    """The values of an answer."""
    if not isinstance(call.reply, Answer) or call.reply.truncated:
        return
    yield from _leaves(_answer(call, call.reply, contract), ())
    fields: list[tuple[str, Site]] = []
    rewrite_fields(call.reply.headers, lambda text, site: fields.append((text, site)))
    yield from fields


def _answer(call: Call, answer: Answer, contract: Contract | None) -> Json:
    try:
        if call.request.protocol is Protocol.GRPC:
            method, contract = method_of(call, contract)
            return messages_of(answer.headers, answer.body, method.output_type, contract)
        kind, value = body_parts(answer.headers, answer.body)
    except (NotExportableError, UndecodableError):
        return None
    return None if kind in {"text", "base64"} else value


def _leaves(value: Json, names: tuple[str, ...]) -> Iterator[tuple[str, Site]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _leaves(item, (*names, key))
        case list():
            for item in value:
                yield from _leaves(item, (*names, ANY))
        case _ if text := leaf_text(value):
            yield text, Site(Part.BODY, names)
