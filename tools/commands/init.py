"""crossfade init."""

import os
import secrets
from pathlib import Path

import click

from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.output import emit

_TEMPLATE = Path(__file__).parent.parent / "templates" / "crossfade.toml"


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder to write to.  [default: the current one]",
)
@click.option("--key-only", is_flag=True, help="Write only the key, for an existing config.")
def init(folder: Path, *, key_only: bool) -> None:
    """Write a commented crossfade.toml and a redaction key.

    The key goes to .crossfade/redaction.key with mode 0600. Without a key, no example of a difference is stored. An
    existing key is never overwritten: data stored under it could no longer be compared.

    \b
    Example:
      crossfade init --dir services/builds
    """
    config = folder / "crossfade.toml"
    key = folder / ".crossfade" / "redaction.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not key_only:
            with config.open("x", encoding="utf-8") as file:
                file.write(_TEMPLATE.read_text(encoding="utf-8"))
            emit(f"wrote {config}")
        if key_only or not key.exists():
            write_key(key)
            emit(f"wrote {key} (mode 0600; keep it out of version control)")
    except FileExistsError as error:
        got = "a folder" if Path(error.filename).is_dir() else "a file"
        fail(
            f"{error.filename}: expected nothing there, got {got}; move it away, or choose another --dir",
            ExitCode.USAGE,
        )
    except OSError as error:
        fail(f"{error.filename}: expected to write here, got {error.strerror}; choose another --dir", ExitCode.USAGE)


def write_key(path: Path) -> None:
    """A new random key that only its owner can read. Raises: FileExistsError: one is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "x", encoding="ascii", opener=_for_the_owner) as file:
        file.write(secrets.token_hex(32))


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
