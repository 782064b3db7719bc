"""The tree that crossfade.toml is read into. Every key has its unit in its name."""

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from crossfade.shadow.config.address import (
    check_address,
    check_http_route,
    check_ingest_address,
    check_pattern,
    check_url,
)
from crossfade.shadow.config.field import check_field_name, check_field_value, check_variable

Pct = Annotated[float, Field(ge=0, le=100)]
Address = Annotated[str, AfterValidator(check_address)]
Url = Annotated[str, AfterValidator(check_url)]
TextPath = Annotated[Path, Field(strict=False)]
HttpRoute = Annotated[str, AfterValidator(check_http_route)]
Pattern = Annotated[str, AfterValidator(check_pattern)]
Name = Annotated[str, Field(min_length=1)]
UNKNOWN_BUILD = "unknown"


class Section(BaseModel):
    """A table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class State(StrEnum):
    """Where the two sides keep their data."""

    SHARED = "shared"
    SISTER = "sister"
    SNAPSHOT = "snapshot"


class MirrorAction(StrEnum):
    """What a rule says of a route."""

    MIRROR = "mirror"
    SKIP = "skip"


class ClientCert(StrEnum):
    """What becomes of a client's certificate where TLS ends in the proxy: legacy can't see it by itself."""

    IGNORE = "ignore"
    REFUSE = "refuse"
    FORWARD = "forward"


class HeaderAction(StrEnum):
    """What becomes of a header field on its way to the candidate."""

    PASS = "pass"  # noqa: S105 - no password
    DROP = "drop"
    REPLACE = "replace"


class ServiceSettings(Section):
    """[service]: the name that reports carry and where state lives."""

    name: str = Field(min_length=1)
    state: Annotated[State, Field(strict=False)] = State.SISTER
    legacy_build: str = UNKNOWN_BUILD
    candidate_build: str = UNKNOWN_BUILD


class ListenSettings(Section):
    """[[listen]]: one port that clients speak to, and the servers behind it."""

    name: str = Field(min_length=1)
    address: Address
    legacy: Url
    candidate: Url
    secondary: Url | None = None
    cert: TextPath | None = None
    client_cert: Annotated[ClientCert, Field(strict=False)] = ClientCert.IGNORE
    client_ca: TextPath | None = None
    legacy_ca: TextPath | None = None
    legacy_cert: TextPath | None = None
    candidate_ca: TextPath | None = None
    candidate_cert: TextPath | None = None

    @model_validator(mode="after")
    def _who_is_a_client(self) -> Self:
        if self.client_cert is ClientCert.FORWARD and self.client_ca is None:
            raise ValueError("expected client_ca with client_cert = 'forward', got none; name the CA of the clients")
        if self.client_ca is not None and self.client_cert is not ClientCert.FORWARD:
            raise ValueError("expected client_cert = 'forward' with client_ca, got another; drop one of the two")
        return self


class CaptureSettings(Section):
    """[capture]: the engine that clients connect to, by its name in ``capture.engine.ENGINES``."""

    engine: Name = "mitmproxy"


class ContractSettings(Section):
    """[contract]: where the protos are; exactly one of protos, descriptor_set, reflection.

    ``idempotency`` is a file that names RPCs which change nothing.
    """

    protos: tuple[TextPath, ...] = Field(default=(), strict=False)
    includes: tuple[TextPath, ...] = Field(default=(), strict=False)
    descriptor_set: TextPath | None = None
    reflection: Address | None = None
    idempotency: TextPath | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("protos", "descriptor_set", "reflection") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"expected one of protos, descriptor_set, reflection, got {' and '.join(given)}; keep one")
        if self.idempotency is not None and not given:
            raise ValueError("expected protos, descriptor_set or reflection with idempotency, got none; name one")
        return self


class RoutesSettings(Section):
    """[routes]: HTTP templates such as ``GET /builds/{id}``; what matches none is inferred, up to a cap."""

    http: tuple[HttpRoute, ...] = Field(default=(), strict=False)
    max_inferred: int = Field(default=100, ge=0, le=1000)


class MirrorRule(Section):
    """[[mirror.rule]]: what to do with the routes that match ``route`` (a glob); the first match wins."""

    route: str = Field(min_length=1)
    action: Annotated[MirrorAction, Field(strict=False)]
    sample_pct: Pct | None = None
    reason: str = Field(min_length=1)


class HeaderRule(Section):
    """[[mirror.header]]: header fields (a glob, without letter case) that the candidate gets, or does not."""

    name: Annotated[str, AfterValidator(check_field_name)]
    action: Annotated[HeaderAction, Field(strict=False)]
    value: Annotated[str, AfterValidator(check_field_value)] | None = None
    value_env: Annotated[str, AfterValidator(check_variable)] | None = None
    route: str = Field(default="*", min_length=1)

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        given = [name for name in ("value", "value_env") if getattr(self, name) is not None]
        if self.action is HeaderAction.REPLACE and len(given) != 1:
            raise ValueError(
                f"expected value or value_env with action = 'replace', got {' and '.join(given) or 'none'}; name one"
            )
        if self.action is not HeaderAction.REPLACE and given:
            raise ValueError(f"expected no {given[0]} with action = '{self.action.value}', got one; drop it")
        return self


class MirrorSettings(Section):
    """[mirror]: what is sent to the candidate, how much of it, how long it may take."""

    sample_pct: Pct = 100.0
    secondary_pct: Pct = 10.0
    deadline_ms: int = Field(default=5000, ge=1, le=600_000)
    max_in_flight: int = Field(default=64, ge=1, le=10_000)
    max_waiting: int = Field(default=10_000, ge=0, le=100_000)
    max_wait_ms: int = Field(default=30_000, ge=1, le=600_000)
    buffer_bytes: int = Field(default=33_554_432, ge=65_536)
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, le=67_108_864)
    rule: tuple[MirrorRule, ...] = Field(default=(), strict=False)
    header: tuple[HeaderRule, ...] = Field(default=(), strict=False)


class IgnoreSettings(Section):
    """[[compare.ignore]]: differences that are left out before anything is counted; both are globs."""

    route: str = "*"
    path: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class CompareSettings(Section):
    """[compare]."""

    ignore: tuple[IgnoreSettings, ...] = Field(default=(), strict=False)


class AcceptSettings(Section):
    """[[accept]]: a difference that was looked at and may stay, until ``expires``."""

    route: str = Field(min_length=1)
    path: str = Field(min_length=1)
    kind: str = "*"
    reason: str = Field(min_length=1)
    expires: datetime.date | None = None


class RedactSettings(Section):
    """[redact]: what is replaced by pseudonyms before anything is stored, beside the defaults."""

    names: tuple[Name, ...] = Field(default=(), strict=False)
    patterns: tuple[Pattern, ...] = Field(default=(), strict=False)
    key_file: TextPath = Path("redaction.key")


class EvidenceSettings(Section):
    """[evidence]: where run data is kept and how often it is committed."""

    dir: TextPath = Path(".crossfade")
    flush_ms: int = Field(default=1000, ge=50, le=60_000)
    keep_days: int = Field(default=30, ge=1, le=36_500)
    keep_runs: int = Field(default=100, ge=1, le=100_000)


class AdminSettings(Section):
    """[admin]: where crossfade's own endpoints are; without an address there are none."""

    address: Address | None = None


class IngestSettings(Section):
    """[ingest]: where generated Java services send what they compared, and the bounds of what they may send.

    ``secondary`` is a second instance of legacy.
    The default of ``max_line_bytes`` holds a pair of three bodies of ``mirror.body_limit_bytes`` in base64.
    """

    address: Annotated[str, AfterValidator(check_ingest_address)] | None = None
    secondary: Url | None = None
    max_connections: int = Field(default=64, ge=1, le=10_000)
    max_line_bytes: int = Field(default=8_388_608, ge=1024, le=268_435_456)
    buffer_bytes: int = Field(default=67_108_864, ge=65_536)
    max_hello_ms: int = Field(default=10_000, ge=1, le=600_000)
    max_line_ms: int = Field(default=30_000, ge=1, le=600_000)

    @model_validator(mode="after")
    def _room_for_a_line(self) -> Self:
        if self.buffer_bytes < self.max_line_bytes:
            raise ValueError(
                f"expected buffer_bytes of at least max_line_bytes ({self.max_line_bytes}), got {self.buffer_bytes}; "
                "raise it, or lower max_line_bytes"
            )
        return self


class RecordSettings(Section):
    """[record]: raw comparisons kept, redacted, beside the evidence; 0 keeps none."""

    sample_pct: Pct = 0.0
    max_mb: int = Field(default=256, ge=1, le=1_000_000)


class GateSection(Section):
    """[gate]: what is claimed. ``routes`` are globs; a route that none matches is not claimed."""

    routes: tuple[str, ...] = Field(default=(), strict=False)
    budget_pct: float = Field(default=1.0, gt=0, lt=100)
    confidence_pct: float = Field(default=95.0, gt=50, lt=100)
    min_compared_pct: Pct = 95.0


class Config(Section):
    """The whole file. Relative paths are resolved against the file's folder when it is loaded."""

    service: ServiceSettings
    ingest: IngestSettings = IngestSettings()
    listen: tuple[ListenSettings, ...] = Field(default=(), strict=False, validate_default=True)
    capture: CaptureSettings = CaptureSettings()
    contract: ContractSettings = ContractSettings()
    routes: RoutesSettings = RoutesSettings()
    mirror: MirrorSettings = MirrorSettings()
    compare: CompareSettings = CompareSettings()
    accept: tuple[AcceptSettings, ...] = Field(default=(), strict=False)
    redact: RedactSettings = RedactSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    record: RecordSettings = RecordSettings()
    admin: AdminSettings = AdminSettings()
    gate: GateSection = GateSection()

    @field_validator("listen")
    @classmethod
    def _some_traffic(cls, listen: tuple[ListenSettings, ...], info: ValidationInfo) -> tuple[ListenSettings, ...]:
        ingest = info.data.get("ingest")
        if not listen and ingest is not None and ingest.address is None:
            raise ValueError("expected at least one, got none; name a port that clients connect to, or ingest.address")
        return listen
