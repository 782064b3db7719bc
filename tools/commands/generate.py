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
@click.option("--proto", "protos", type=_PATH, multiple=True, help="A .proto file; may be repeated.")
@click.option("--include", "includes", type=_PATH, multiple=True, help="A folder in which imports are found.")
@click.option("--descriptor-set", type=_PATH, help="A FileDescriptorSet instead of .proto files.")
@click.option("--reflect", help="host:port of a running server with gRPC reflection, instead of .proto files.")
@click.option("--reflect-tls", is_flag=True, help="That server speaks TLS.")
@click.option("--out", type=_PATH, required=True, help="The project's folder.")
@click.option("--package", default="", help="The Java package; default: what the services' packages share.")
@click.option(
    "--group-id",
    default="",
    help="Maven's groupId; default: the package without its last part, where two parts are left.",
)
@click.option("--artifact-id", default="", help="Maven's artifactId; default: the package's last part.")
@click.option(
    "--service",
    "services",
    multiple=True,
    help="A service to generate, as pkg.Service; default: those in the files that --proto names.",
)
@click.option(
    "--legacy-source", type=_PATH, help="The Python service: what is not the same in Java goes into the stubs."
)
@click.option("--idempotency", type=_PATH, help="A file of RPCs that change nothing: they may be compared.")
@click.option("--propose", type=_PATH, help="Write the RPCs whose names read to this file, for you to confirm.")
@click.option("--check", is_flag=True, help="For CI: write nothing, exit 1 where something would change.")
@click.option("--force", is_flag=True, help="Overwrite files of gen/ that were changed by hand.")
@click.option("--finalize", is_flag=True, help="Leave out the mode switch and the way to legacy; all must be PORTED.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
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
    """Write the Java service of a contract, or bring it up to the contract: a project for Maven and Bazel.

    Every RPC is answered by legacy until its handler is ported. What people wrote stays: a handler is created once,
    the scaffold is merged, only gen/ and proto/ are written anew. Without --proto, --descriptor-set or --reflect the
    contract is that of [contract] in the config.

    Only an RPC that changes nothing may be asked twice to be compared. Where the contract does not say so, a file does:
    safe = ["pkg.Service/Method"]; name the same file as [contract] idempotency for `crossfade shadow`.

    Exit codes: 0 written or up to date, 1 a conflict, a file of gen/ that was changed by hand, or with --check
    something to do, 2 a mistake in the contract or the options, 4 git is missing or the folder can't be written.

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
        raise click.UsageError(f"expected --propose with a new file, got {propose}, which is there; choose another")
    order = Order(out=out, options=options, check=check, force=force, finalize=finalize)
    legacy = None if legacy_source is None else find_handlers(legacy_source, contract)
    done = run_generate(contract, order, legacy)
    emit(to_json(done) if as_json else to_text(done))
    if propose is not None:
        write_proposal(done, propose)
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
