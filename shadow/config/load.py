"""Reads crossfade.toml; each mistake becomes one line with file, line, key and what was expected."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from crossfade.shadow.config.address import split_ingest_address
from crossfade.shadow.config.canary_clashes import find_canary_clashes
from crossfade.shadow.config.canary_settings import CanarySettings
from crossfade.shadow.config.clashes import find_clashes
from crossfade.shadow.config.locate import Location, line_of
from crossfade.shadow.config.settings import Config, EvidenceSettings, IngestSettings
from crossfade.shadow.errors import ShadowError

_EXPECTED = {
    "missing": "expected a value, got nothing; add the key",
    "string_type": "expected text in quotes",
    "string_too_short": "expected a text that is not empty",
    "path_type": "expected a path in quotes",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "tuple_type": "expected a list in [ ]",
    "model_type": "expected a table",
    "date_type": "expected a date without quotes, such as 2026-12-31",
}
_MAX_SHOWN = 10
_PARSER = re.compile(r"(?P<what>.+) \((?:at line (?P<line>\d+), column \d+|at end of document)\)", re.DOTALL)
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def load_config(path: Path) -> Config:
    """The validated tree of the file, with relative paths resolved against the file's folder.

    Raises: ShadowError: no such file, not TOML, an unknown key, bad values; one line for each, ten at most.
    """
    return parse_config(read_config(path), path)


def read_config(path: Path) -> str:
    """The file's text. Raises: ShadowError: no such file, not readable, not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ShadowError(f"{path}: expected a config file, got none; run `crossfade init` to write one") from None
    except OSError as error:
        raise ShadowError(f"{path}: expected a readable file, got {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        got = f"the byte 0x{error.object[error.start]:02x}"
        raise ShadowError(f"{path}:{line}: expected UTF-8, got {got}; save the file as UTF-8") from None


def evidence_dir(path: Path) -> Path:
    """The folder of ``[evidence] dir`` and nothing else: what must work where the rest of the file has a mistake.

    Raises: ShadowError: no such file, not TOML, not a path.
    """
    text = read_config(path)
    section = _parse_toml(text, path).get("evidence", {})
    folder = section.get("dir", EvidenceSettings().dir) if isinstance(section, dict) else None
    if not isinstance(folder, str | Path):
        line = line_of(text, ("evidence", "dir"))
        raise ShadowError(f"{_place(line, 'evidence.dir', path)}: expected a path in quotes, got {folder!r}")
    return path.parent / folder


def parse_config(text: str, path: Path) -> Config:
    """The validated tree of a TOML text; ``path`` names it in errors and anchors relative paths.

    Raises: ShadowError: not TOML, an unknown key, bad values, values that do not go together.
    """
    raw = _parse_toml(text, path)
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ShadowError(_lines(_mistakes(error), text, path)) from None
    if clashes := (*find_clashes(config), *find_canary_clashes(config)):
        raise ShadowError(_lines(clashes, text, path))
    return _anchored(config, path.parent)


def _parse_toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ShadowError(_not_toml(str(error), path)) from None
    except RecursionError:
        raise ShadowError(f"{path}: expected TOML, got lists or tables nested too deep") from None


def place_of(path: Path, location: Location) -> str:
    """``file:line: key`` of a key in a config file, for an error that shows when it is used."""
    return _place(line_of(path.read_text(encoding="utf-8"), location), _key(location), path)


def _place(line: int, key: str, path: Path) -> str:
    return f"{path}:{line}: {key}" if key else f"{path}"


def _not_toml(said: str, path: Path) -> str:
    """The parser's message, with its place in front as in every other line."""
    match = _PARSER.fullmatch(said)
    if match is None:
        return f"{path}: expected TOML, got a syntax error"
    where = f"{path}:{match['line']}" if match["line"] else f"{path}"
    return f"{where}: expected TOML, got a syntax error ({match['what'][:1].lower()}{match['what'][1:]})"


def _mistakes(error: ValidationError) -> Iterator[tuple[Location, str]]:
    """Where each mistake is, and what was expected."""
    errors: list[Any] = error.errors()
    for found in errors:
        at: Location = tuple(found["loc"])
        inside = (other for other in errors if other is not found and other["loc"][: len(at)] == at)
        if found["type"] == "too_short" and any(inside):
            continue  # a list with a bad item is also called too short: reported once
        yield at, _what(found)


def _lines(mistakes: Iterable[tuple[Location, str]], text: str, path: Path) -> str:
    """One line for each mistake, in the order of the file, up to a bound."""
    found = sorted((line_of(text, at), _key(at), what) for at, what in mistakes)
    lines = [f"{_place(line, key, path)}: {what}" for line, key, what in found]
    more = len(lines) - _MAX_SHOWN
    return "\n".join((*lines[:_MAX_SHOWN], *((f"{path}: and {more} more",) if more > 0 else ())))


def _key(location: Location) -> str:
    return ".".join(_key_text(part) for part in location if isinstance(part, str))


def _key_text(part: str) -> str:
    """A key as the file has it: one with a line break in it is quoted."""
    return part if part.isprintable() else repr(part)


def _what(error: Any) -> str:  # noqa: ANN401 - pydantic's error dict
    kind = str(error["type"])
    if kind == "extra_forbidden":
        return f"expected a known key, got {error['loc'][-1]!r}; {_known_keys(tuple(error['loc']))}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "enum":
        return f"expected {error['ctx']['expected']}, got {error['input']!r}"
    if kind == "too_short":
        return "expected at least one, got none"
    limits = [f"{word} {error['ctx'][name]:.15g}" for name, word in _BOUNDS.items() if name in error.get("ctx", {})]
    if limits:
        return f"expected {' and '.join(limits)}, got {error['input']!r}"
    expected = _EXPECTED.get(kind, f"expected a valid value ({error['msg']})")
    return expected if kind == "missing" else f"{expected}, got {error['input']!r}"


def _known_keys(location: tuple[str | int, ...]) -> str:
    """The keys of the table that has an unknown one."""
    model: type[BaseModel] = Config
    for part in location[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = _section_of(model.model_fields[part].annotation) or model
    return "known here: " + ", ".join(sorted(model.model_fields))


def _section_of(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any type form
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _anchored(config: Config, folder: Path) -> Config:
    """The same tree with every relative path made relative to ``folder``."""
    contract = config.contract
    evidence_dir = folder / config.evidence.dir
    return config.model_copy(
        update={
            "contract": contract.model_copy(
                update={
                    "protos": tuple(folder / path for path in contract.protos),
                    "includes": tuple(folder / path for path in contract.includes),
                    "descriptor_set": contract.descriptor_set and folder / contract.descriptor_set,
                    "idempotency": contract.idempotency and folder / contract.idempotency,
                }
            ),
            "listen": tuple(
                listen.model_copy(
                    update={
                        name: folder / value
                        for name in ("cert", "client_ca", "legacy_ca", "legacy_cert", "candidate_ca", "candidate_cert")
                        if (value := getattr(listen, name)) is not None
                    }
                )
                for listen in config.listen
            ),
            "ingest": _anchored_socket(config.ingest, folder),
            "canary": _anchored_planes(config.canary, folder),
            "evidence": config.evidence.model_copy(update={"dir": evidence_dir}),
            "redact": config.redact.model_copy(update={"key_file": evidence_dir / config.redact.key_file}),
        }
    )


def _anchored_socket(section: IngestSettings, folder: Path) -> IngestSettings:
    """A unix socket is a path as any other in the file."""
    address = None if section.address is None else split_ingest_address(section.address)
    return section.model_copy(update={"address": f"unix:{folder / address}"}) if isinstance(address, Path) else section


def _anchored_planes(section: CanarySettings, folder: Path) -> CanarySettings:
    planes = tuple(plane.model_copy(update={"file": plane.file and folder / plane.file}) for plane in section.plane)
    return section.model_copy(update={"plane": planes})
