"""From a config to the records that the mirror works with."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from crossfade.codegen.contract import (
    Contract,
    ContractError,
    DescriptorSet,
    ProtoFiles,
    Reflection,
    load_contract,
    read_idempotency,
)
from crossfade.shadow.compare.transition import Shows, shows_nothing
from crossfade.shadow.compare.units import Units
from crossfade.shadow.config import Config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import RememberingRedactor, Store, load_key, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.secrecy import Secrecy
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.recording.noticing import Noticing

_KEY_BYTES = 32


def read_contract(config: Config) -> Contract | None:
    """The contract that the config names, with the RPCs that its file of idempotency confirms as safe.

    None where it names no contract. Raises: ShadowError.
    """
    section = config.contract
    source: ProtoFiles | DescriptorSet | Reflection
    if section.protos:
        source = ProtoFiles(files=section.protos, includes=section.includes)
    elif section.descriptor_set is not None:
        source = DescriptorSet(path=Path(section.descriptor_set))
    elif section.reflection is not None:
        source = Reflection(target=section.reflection, tls=False)
    else:
        return None
    try:
        contract = load_contract(source)
    except ContractError as error:
        raise ShadowError(f"contract: {error}") from None
    if section.idempotency is None:
        return contract
    try:
        return contract.confirm(read_idempotency(section.idempotency, contract))
    except ContractError as error:
        raise ShadowError(str(error)) from None


def evidence_store(config: Config) -> Store:
    """The store in which a config keeps its runs; nothing is opened yet."""
    return store_in(config.evidence.dir)


def read_redactor(config: Config, contract: Contract | None) -> RememberingRedactor | None:
    """What makes pseudonyms with the config's key and rules; None without a key. Raises: EvidenceError."""
    key = load_key(config.redact.key_file)
    return None if key is None else RememberingRedactor(key, **_redaction(config, contract))


def passing_redactor(config: Config, contract: Contract | None) -> RememberingRedactor:
    """As ``read_redactor``; without a key its pseudonyms last as long as it. Raises: EvidenceError."""
    kept = read_redactor(config, contract)
    return kept or RememberingRedactor(secrets.token_bytes(_KEY_BYTES), **_redaction(config, contract))


def noticing_of(
    config: Config, contract: Contract | None, redactor: RememberingRedactor | None, environment: Mapping[str, str]
) -> Noticing:
    """What shows a redactor the credentials that pass, and those that rules put into header fields."""
    noticing = Noticing(redactor, contract)
    for rule in (*config.mirror.header, *config.replay.header):
        value = rule.value if rule.value_env is None else environment.get(rule.value_env)
        noticing.field(rule.name, value or "", is_secret=rule.value_env is not None)
    return noticing


def secrecy_of(config: Config, contract: Contract | None) -> Secrecy:
    """What is secret under the config's rules, whether there is a key or not. Raises: EvidenceError."""
    return Secrecy(**_redaction(config, contract))


def _redaction(config: Config, contract: Contract | None) -> dict[str, Iterable[str]]:
    fields = frozenset[str]() if contract is None else contract.redacted_fields
    return {"names": config.redact.names, "patterns": config.redact.patterns, "fields": fields}


def rules_of(config: Config, shows: Shows = shows_nothing, units: Units | None = None) -> Rules:
    """Under what the config has comparisons judged.

    ``shows``: which words may be told. ``units``: what is counted; None: requests, as generated services count them.
    """
    section = config.compare
    return Rules(
        ignore=tuple(IgnoreRule(route=rule.route, path=rule.path, reason=rule.reason) for rule in section.ignore),
        lists=tuple(ListRule(route=rule.route, path=rule.path, key=rule.key) for rule in section.list),
        templates=config.routes.http,
        units=units,
        shows=shows,
    )


def accept_rules(config: Config) -> tuple[AcceptRule, ...]:
    """The differences that may stay."""
    return tuple(
        AcceptRule(
            route=rule.route,
            path=rule.path,
            kind=rule.kind,
            transition=rule.transition,
            reason=rule.reason,
            expires=rule.expires,
            id=rule.id or "",
        )
        for rule in config.accept
    )


def units_of(config: Config) -> Units:
    """What the config's claims count."""
    return Units(unit=config.gate.unit, distinct_by=config.compare.distinct_by)


def build_run_info(config: Config, contract: Contract | None, run_id: str, now: float, *, engine: str) -> RunInfo:
    """Who is compared with whom under which rules, seen by which engine; ``now`` is seconds since the epoch."""
    return RunInfo(
        run_id=run_id,
        service=config.service.name,
        engine=engine,
        legacy_build=config.service.legacy_build,
        candidate_build=config.service.candidate_build,
        rules_digest=rules_digest(config),
        contract_digest="" if contract is None else contract.digest,
        started_at=now,
        unit=config.gate.unit.value,
        secondary=has_secondary(config, engine=engine),
    )


def has_secondary(config: Config, *, engine: str) -> bool:
    """Whether each request may reach a second instance of legacy; if on some ports only, evidence tells where."""
    if engine != config.capture.engine:  # ingest, which has a secondary of its own
        return config.ingest.secondary is not None
    return all(listen.secondary is not None for listen in config.listen)


_COMPARED_DIGITS = 8


def rules_digest(config: Config) -> str:
    """16 hex digits over everything that decides what is compared and how; what a rule is called does not.

    The first half is how answers are compared, the other what is sent and counted.
    """
    sent = (config.routes, config.mirror, *config.accept)
    text = "\n".join((config.service.state, *(section.model_dump_json(exclude={"id"}) for section in sent)))
    return _digest(config.compare.model_dump_json()) + _digest(text)


def compared_alike(digest: str, other: str) -> bool:
    """Whether answers are compared in the same way under the rules of both digests."""
    return digest[:_COMPARED_DIGITS] == other[:_COMPARED_DIGITS]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_COMPARED_DIGITS // 2).hexdigest()


def globs_of(config: Config) -> tuple[str, ...]:
    """The globs of a config's claims, then of its rules; of each the longest first, which is the most specific."""
    of_mirror = {rule.route for rule in config.mirror.rule} | {rule.route for rule in config.mirror.header}
    of_lists = {rule.route for rule in config.compare.list}
    of_compare = {rule.route for rule in config.compare.ignore} | {rule.route for rule in config.accept} | of_lists
    of_rules = (of_mirror | of_compare) - set(config.gate.routes)
    return tuple(
        glob for globs in (config.gate.routes, of_rules) for glob in sorted(globs, key=lambda glob: (-len(glob), glob))
    )
