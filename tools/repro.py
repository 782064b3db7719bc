"""Where stored requests can be sent again, out of the config."""

import re
from collections.abc import Callable, Container
from pathlib import Path

from crossfade.reports.repro import Listener, ReproSettings, Side
from crossfade.reports.repro.quote import Variable
from crossfade.shadow.asking.clients.header_policy import HeaderPolicy
from crossfade.shadow.config import Config, ListenSettings
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.evidence.contracts import contract_file
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.exchange.observations import RequestSample


def repro_settings(config: Config, contract_digest: str) -> ReproSettings:
    """Both sides of each port, and the descriptors of the contract under which a run was compared."""
    calls: Container[str] = _Everything() if contract_digest else frozenset()
    return ReproSettings(
        listeners=tuple(_listener(config, listen, calls) for listen in config.listen),
        schema=_schema(config, contract_digest),
    )


class _Everything:
    """With a contract only calls that it has are compared, so all of which there are examples are in it."""

    def __contains__(self, _: object) -> bool:
        return True


def _listener(config: Config, listen: ListenSettings, calls: Container[str]) -> Listener:
    return Listener(
        name=listen.name,
        legacy=Side(url=listen.legacy, ca=_text(listen.legacy_ca), cert=_text(listen.legacy_cert)),
        candidate=Side(url=listen.candidate, ca=_text(listen.candidate_ca), cert=_text(listen.candidate_cert)),
        tls=listen.cert is not None,
        candidate_fields=_candidate_fields(config, listen, calls) if config.mirror.header else None,
    )


def _candidate_fields(
    config: Config, listen: ListenSettings, calls: Container[str]
) -> Callable[[RequestSample], Headers]:
    """What the candidate gets by the rules of [[mirror.header]]; a value that is secret is a variable of the shell."""
    rules = config.mirror.header
    policy = HeaderPolicy(
        rules,
        environment={rule.value_env: Variable(rule.value_env) for rule in rules if rule.value_env is not None},
        listener=listen.name,
        templates=config.routes.http,
        calls=calls,
    )
    redactor = Redactor(b"", names=config.redact.names, patterns=config.redact.patterns)

    def shown(name: str, value: str) -> str:
        if isinstance(value, Variable) or redactor.value(value, name) == value:
            return value
        return Variable(f"CANDIDATE_{re.sub(r'[^A-Za-z0-9]', '_', name).upper()}")

    def fields(sample: RequestSample) -> Headers:
        *sent, _, _ = policy.fields(_request(sample))  # without the two marks of a copy
        return tuple(field if field in sample.headers else (field[0], shown(*field)) for field in sent)

    return fields


def _request(sample: RequestSample) -> Request:
    """What a rule can know of a request that was stored."""
    return Request(
        id="",
        protocol=Protocol(sample.protocol),
        method=sample.method,
        scheme="http",
        authority=sample.authority,
        target=sample.target,
        headers=sample.headers,
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def _schema(config: Config, digest: str) -> tuple[str, ...]:
    """What is kept beside the evidence; else what the config names; nothing where a server describes itself."""
    kept = contract_file(config.evidence.dir, digest)
    section = config.contract
    if digest and kept.exists():
        return ("-protoset", str(kept))
    if section.descriptor_set is not None:
        return ("-protoset", str(section.descriptor_set))
    folders = [str(path) for path in section.includes] or ([str(section.protos[0].parent)] if section.protos else [])
    includes = [word for folder in folders for word in ("-import-path", folder)]
    protos = [word for path in section.protos for word in ("-proto", _name(path, section.includes))]
    return (*includes, *protos)


def _name(path: Path, includes: tuple[Path, ...]) -> str:
    """A file as it is imported, from the first folder that holds it."""
    for folder in includes:
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return path.name


def _text(path: Path | None) -> str:
    return "" if path is None else str(path)
