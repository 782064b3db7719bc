"""The manifest as JSON: sorted, one line for each file, so that a review shows what came and went."""

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.paths import check_path
from crossfade.codegen.project.records import MANIFEST_PATH, Manifest

VERSION = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEYS = {"version", "source", "final", "gen", "handlers", "scaffold", "rpcs"}


def read_manifest(folder: Path) -> Manifest | None:
    """What the last run in a folder remembered, None where there was none.

    Raises: ProjectError: it can't be read, or holds what no run of this version writes.
    """
    path = folder / MANIFEST_PATH
    try:
        return manifest_of(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProjectError(f"{path}: expected a readable file, got {error.strerror}") from None


def known_folders(manifest: Manifest) -> dict[str, str]:
    """The folder of each service's handlers, by the service's full name."""
    return {rpc.partition("/")[0]: PurePosixPath(path).parent.name for rpc, path in manifest.rpcs.items()}


def to_bytes(manifest: Manifest) -> bytes:
    """The same manifest gives the same bytes."""
    data = {
        "version": VERSION,
        "source": manifest.source,
        "final": manifest.final,
        "gen": dict(sorted(manifest.gen.items())),
        "handlers": sorted(manifest.handlers),
        "scaffold": sorted(manifest.scaffold),
        "rpcs": dict(sorted(manifest.rpcs.items())),
    }
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def manifest_of(content: bytes, where: str) -> Manifest:
    """The manifest in these bytes. Raises: ProjectError: they are damaged, or of another version."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise _damaged(where) from None
    if isinstance(data, dict) and isinstance(version := data.get("version"), int) and version > VERSION:
        raise ProjectError(f"{where}: expected version {VERSION}, got {version}; use the newer crossfade that wrote it")
    if not _is_valid(data):
        raise _damaged(where)
    manifest = Manifest(
        gen=data["gen"],
        handlers=frozenset(data["handlers"]),
        scaffold=frozenset(data["scaffold"]),
        rpcs=data["rpcs"],
        final=data["final"],
        source=data["source"],
    )
    for path in (*manifest.gen, *manifest.handlers, *manifest.scaffold, *manifest.rpcs.values()):
        check_path(path)
    return manifest


def _is_valid(data: Any) -> bool:  # noqa: ANN401 - any JSON
    return (
        isinstance(data, dict)
        and set(data) == _KEYS
        and data["version"] == VERSION
        and isinstance(data["final"], bool)
        and isinstance(data["source"], str)
        and all(isinstance(data[key], dict) for key in ("gen", "rpcs"))
        and all(isinstance(value, str) and _DIGEST.fullmatch(value) for value in data["gen"].values())
        and all(isinstance(value, str) for value in data["rpcs"].values())
        and all(_is_texts(data[key]) for key in ("handlers", "scaffold"))
    )


def _is_texts(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _damaged(where: str) -> ProjectError:
    return ProjectError(f"{where}: expected a manifest of `crossfade generate`, got a damaged one; restore the file")
