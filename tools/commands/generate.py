"""crossfade generate."""

from pathlib import Path

import click

from crossfade.codegen.contract import (
    Contract,
    DescriptorSet,
    ProtoFiles,
    Reflection,
    load_contract,
    read_idempotency,
)
from crossfade.codegen.hazards import find_handlers
from crossfade.codegen.java.model import ProjectOptions
from crossfade.tools.generate import Order, run_generate, to_json, to_text, write_proposal
from crossfade.tools.options import config_option
from crossfade.tools.output import emit

_PATH = click.Path(path_type=Path)


@click.command()
@config_option
@click.option("--proto", "protos", type=_PATH, multiple=True, help="A .proto file; repeatable.")
@click.option("--include", "includes", type=_PATH, multiple=True, help="A folder to search for imports; repeatable.")
@click.option("--descriptor-set", type=_PATH, help="A FileDescriptorSet instead of .proto files.")
@click.option("--reflect", help="host:port of a running server with gRPC reflection, instead of .proto files.")
@click.option("--reflect-tls", is_flag=True, help="Connect to that server with TLS.")
@click.option("--out", type=_PATH, required=True, help="The project folder.")
@click.option("--package", default="", help="The Java package.  [default: the services' common package]")
@click.option(
    "--group-id",
    default="",
    help="Maven's groupId.  [default: the package without its last part, if two parts remain]",
)
@click.option("--artifact-id", default="", help="Maven's artifactId.  [default: the last part of the package]")
@click.option(
    "--service",
    "services",
    multiple=True,
    help="A service to generate, as pkg.Service; repeatable.  [default: the services in the --proto files]",
)
@click.option(
    "--legacy-source", type=_PATH, help="Folder of the Python service; stubs list the lines that differ in Java."
)
@click.option("--idempotency", type=_PATH, help="File of RPCs that change nothing and may be compared.")
@click.option("--propose", type=_PATH, help="Write a new file of RPCs that look read-only by name, for you to confirm.")
@click.option("--check", is_flag=True, help="For CI: write nothing, and exit 1 if something would change.")
@click.option("--force", is_flag=True, help="Overwrite files in gen/ that were edited by hand.")
@click.option(
    "--finalize", is_flag=True, help="Remove the mode switch and the path to legacy; every RPC must be PORTED."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def generate(  # noqa: PLR0913 - one for each option
    *,
    config_path: Path,
    protos: tuple[Path, ...],
    includes: tuple[Path, ...],
    descriptor_set: Path | None,
    reflect: str | None,
    out: Path,
    package: str,
    group_id: str,
    artifact_id: str,
    services: tuple[str, ...],
    legacy_source: Path | None,
    idempotency: Path | None,
    propose: Path | None,
    reflect_tls: bool,
    check: bool,
    force: bool,
    finalize: bool,
    as_json: bool,
) -> None:
    """Write the Java service for a contract, or bring it up to date: a project for Maven and Bazel.

    Legacy answers every RPC until its handler is ported. Your changes stay: a handler is created once, the scaffold is
    merged, and only gen/ and proto/ are overwritten. Without --proto, --descriptor-set or --reflect, the contract
    comes from [contract] in the config.

    Only an RPC that changes nothing may be called twice to be compared. If the contract does not declare it, list such
    RPCs in a file, safe = ["pkg.Service/Method"], and name that file under [contract] idempotency for `crossfade
    shadow` too.

    Exit codes: 0 written or up to date; 1 a conflict, a file in gen/ that was edited by hand, or with --check something
    to do; 2 a mistake in the contract or the options; 4 git is missing or the folder can't be written.

    \b
    Example:
      crossfade generate --proto proto/users.proto --include proto --out java --legacy-source app
    """
    contract = _contract(_source(protos, includes, descriptor_set, reflect, tls=reflect_tls), config_path)
    if idempotency is not None:
        contract = contract.confirm(read_idempotency(idempotency, contract))
    options = ProjectOptions(package=package, group_id=group_id, artifact_id=artifact_id, services=services)
    if check and force:
        raise click.UsageError("expected --check or --force, got both; keep one")
    if propose is not None and propose.exists():
        raise click.UsageError(f"expected --propose with a new file, got {propose}, which exists; choose another")
    order = Order(out=out, options=options, check=check, force=force, finalize=finalize)
    legacy = None if legacy_source is None else find_handlers(legacy_source, contract)
    done = run_generate(contract, order, legacy)
    emit(to_json(done) if as_json else to_text(done, advise_proposal=propose is None))
    if propose is not None:
        advice = write_proposal(done, propose)
        if not as_json:
            emit(advice)
    raise SystemExit(done.exit_code)


def _source(
    protos: tuple[Path, ...], includes: tuple[Path, ...], descriptor_set: Path | None, reflect: str | None, *, tls: bool
) -> ProtoFiles | DescriptorSet | Reflection | None:
    """What the options name; None where they name nothing."""
    given = {"--proto": bool(protos), "--descriptor-set": descriptor_set is not None, "--reflect": reflect is not None}
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        raise click.UsageError(f"expected one of {', '.join(given)}, got {' and '.join(names)}; keep one")
    if includes and not protos:
        raise click.UsageError("expected --proto with --include, got none; name the .proto files")
    if descriptor_set is not None:
        return DescriptorSet(path=descriptor_set)
    if reflect is not None:
        return Reflection(target=reflect, tls=tls)
    return ProtoFiles(files=protos, includes=includes) if protos else None


def _contract(source: ProtoFiles | DescriptorSet | Reflection | None, config_path: Path) -> Contract:
    if source is not None:
        return load_contract(source)
    # imported where they are needed: they bring pydantic and sqlalchemy, which take longer than a small contract
    from crossfade.shadow.config import load_config  # noqa: PLC0415
    from crossfade.shadow.runs.setup import read_contract  # noqa: PLC0415

    contract = read_contract(load_config(config_path))
    if contract is None:
        where = f"--proto, --descriptor-set or --reflect, or [contract] in {config_path}"
        raise click.UsageError(f"expected a contract, got none; name {where}")
    return contract
