"""Where stored requests can be sent again, out of the config."""

from pathlib import Path

from crossfade.reports.repro import Listener, ReproSettings, Side
from crossfade.shadow.config import Config, ListenSettings
from crossfade.shadow.evidence.contracts import contract_file


def repro_settings(config: Config, contract_digest: str) -> ReproSettings:
    """Both sides of each port, and the descriptors of the contract under which a run was compared."""
    return ReproSettings(listeners=tuple(map(_listener, config.listen)), schema=_schema(config, contract_digest))


def _listener(listen: ListenSettings) -> Listener:
    return Listener(
        name=listen.name,
        legacy=Side(url=listen.legacy, ca=_text(listen.legacy_ca), cert=_text(listen.legacy_cert)),
        candidate=Side(url=listen.candidate, ca=_text(listen.candidate_ca), cert=_text(listen.candidate_cert)),
        tls=listen.cert is not None,
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
