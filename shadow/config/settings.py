"""The tree that crossfade.toml is read into. Every key has its unit in its name.

The text below a key is its meaning in the reference, which has no other source. The formats of texts are in the JSON
schema of the tree, from which the reference is made too.
"""

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from crossfade.shadow.config.address import check_ingest_address
from crossfade.shadow.config.canary_settings import CanarySettings
from crossfade.shadow.config.field import (
    check_call,
    check_field_name,
    check_field_value,
    check_session_key,
    check_variable,
)
from crossfade.shadow.config.section import (
    Address,
    AnyGlob,
    Folder,
    Glob,
    HttpRoute,
    Name,
    Pattern,
    Pct,
    Section,
    TextPath,
    Url,
    shown,
)
from crossfade.shadow.exchange.unit import Unit

UNKNOWN_BUILD = "unknown"


class State(StrEnum):
    """Where the two sides keep their data."""

    SHARED = "shared"
    SISTER = "sister"
    SNAPSHOT = "snapshot"


class MirrorAction(StrEnum):
    """What a rule does with the requests that it matches."""

    MIRROR = "mirror"
    SKIP = "skip"


class ClientCert(StrEnum):
    """What happens to a client's certificate where the proxy ends TLS: legacy can't see it by itself."""

    IGNORE = "ignore"
    REFUSE = "refuse"
    FORWARD = "forward"


class HeaderAction(StrEnum):
    """What happens to a header field on its way to the candidate."""

    PASS = "pass"  # noqa: S105 - no password
    DROP = "drop"
    REPLACE = "replace"


class ServiceSettings(Section):
    """[service]: the name in reports, and where state lives."""

    name: str = Field(min_length=1)
    """The service's name in reports."""
    state: Annotated[State, Field(strict=False)] = State.SISTER
    """Where the two sides keep their data."""
    legacy_build: str = UNKNOWN_BUILD
    """The name of the legacy build in the report."""
    candidate_build: str = UNKNOWN_BUILD
    """The name of the candidate build in the report. `crossfade ingest` refuses services of another build."""


class ListenSettings(Section):
    """[[listen]]: one port that clients connect to, and the servers behind it."""

    name: str = Field(min_length=1)
    """The port's name, unique in the file. A rule or claim for this port alone starts with it: `internal GET
    /items/{id}`."""
    address: Address
    """The address that clients connect to."""
    legacy: Url
    """The server that answers the clients."""
    candidate: Url
    """The server that gets the copies. It can't be a legacy server."""
    secondary: Url | None = None
    """A second instance of legacy, used to measure noise. It can't be the candidate. It may be legacy itself only while
    no rule mirrors a write, because each write would run twice there."""
    cert: TextPath | None = None
    """PEM file with certificate and key: serve TLS on this port. One for all ports."""
    client_cert: Annotated[ClientCert, Field(strict=False)] = ClientCert.IGNORE
    """What happens to a client's certificate where the proxy ends TLS."""
    client_ca: TextPath | None = None
    """PEM file that verifies forwarded client certificates. Required with `client_cert = "forward"`. One for all ports.
    """
    legacy_ca: TextPath | None = None
    """PEM file that verifies an `https://` legacy and secondary."""
    legacy_cert: TextPath | None = None
    """PEM file with certificate and key, shown to a legacy or secondary that requests one (mTLS)."""
    candidate_ca: TextPath | None = None
    """PEM file that verifies an `https://` candidate."""
    candidate_cert: TextPath | None = None
    """PEM file with certificate and key, shown to a candidate that requests one (mTLS)."""

    @model_validator(mode="after")
    def _who_is_a_client(self) -> Self:
        if self.client_cert is ClientCert.FORWARD and self.client_ca is None:
            raise ValueError("expected client_ca with client_cert = 'forward', got none; name the CA of the clients")
        if self.client_ca is not None and self.client_cert is not ClientCert.FORWARD:
            raise ValueError(
                f"expected client_cert = 'forward' with client_ca, got '{self.client_cert.value}'; "
                "change client_cert, or remove client_ca"
            )
        return self


class CaptureSettings(Section):
    """[capture]: the engine that clients connect to, by its name in ``capture.engine.ENGINES``."""

    engine: Name = "mitmproxy"
    """The engine's name, which the report shows. `mitmproxy` is the only one so far."""


class ContractSettings(Section):
    """[contract]: where the protos are; at most one of protos, descriptor_set, reflection."""

    protos: tuple[TextPath, ...] = Field(default=(), strict=False)
    """The `.proto` files."""
    includes: tuple[Folder, ...] = Field(default=(), strict=False)
    """The folders in which their imports are found."""
    descriptor_set: TextPath | None = None
    """A FileDescriptorSet that includes its imports."""
    reflection: Address | None = None
    """A server with gRPC reflection, without TLS. It is contacted when a run starts."""
    idempotency: TextPath | None = None
    """A file that lists RPCs which change nothing although the contract does not declare it."""

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
    """The HTTP templates. A path that matches none gets an inferred one."""
    max_inferred: int = Field(default=100, ge=0, le=1000)
    """The maximum number of inferred routes on each port. Further requests are counted as `(other)`, or under the glob
    of a rule or claim that matches them."""


class MirrorRule(Section):
    """[[mirror.rule]]: what to do with requests that match ``route``; the first match wins."""

    route: Glob
    """The requests that the rule matches."""
    action: Annotated[MirrorAction, Field(strict=False)]
    """`skip` keeps the requests from the candidate; `mirror` sends them, even where they are writes."""
    sample_pct: Pct | None = None
    """Replaces `[mirror] sample_pct` for these requests. Without it, every write that the rule allows is mirrored."""
    reason: str = Field(min_length=1)
    """Why the rule exists."""


class HeaderRule(Section):
    """[[mirror.header]]: header fields that the candidate gets or does not get; for each field the first match wins."""

    name: Annotated[str, AfterValidator(check_field_name), shown("glob")]
    """The header fields that the rule matches, in any letter case."""
    action: Annotated[HeaderAction, Field(strict=False)]
    """What the candidate gets. `replace` keeps the field in its place and adds none that the client did not send."""
    value: Annotated[str, AfterValidator(check_field_value)] | None = None
    """The new value, with `replace`."""
    value_env: Annotated[str, AfterValidator(check_variable), shown("variable")] | None = None
    """The environment variable that holds the new value, with `replace`, so that the file holds no secret. It is
    read once, at the start."""
    route: Glob = "*"
    """The requests that the rule matches."""

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        given = [name for name in ("value", "value_env") if getattr(self, name) is not None]
        if self.action is HeaderAction.REPLACE and len(given) != 1:
            raise ValueError(
                f"expected value or value_env with action = 'replace', got {' and '.join(given) or 'none'}; name one"
            )
        if self.action is not HeaderAction.REPLACE and given:
            raise ValueError(f"expected no {given[0]} with action = '{self.action.value}', got {given[0]}; remove it")
        return self


class MirrorSettings(Section):
    """[mirror]: what is sent to the candidate, how much of it, how long it may take."""

    sample_pct: Pct = 100.0
    """The share of safe requests that the candidate gets."""
    secondary_pct: Pct = 10.0
    """The share of mirrored safe requests that the secondary gets too. It also gets every mirrored write, and each
    request on which the statuses of legacy and candidate differ."""
    deadline_ms: int = Field(default=5000, ge=1, le=600_000)
    """The time that one mirrored request may take."""
    max_in_flight: int = Field(default=64, ge=1, le=10_000)
    """The maximum number of requests mirrored, and of streams followed, at the same time."""
    max_waiting: int = Field(default=10_000, ge=0, le=100_000)
    """The maximum number of requests that wait behind those. One more is `shed(queue_full)`."""
    max_wait_ms: int = Field(default=30_000, ge=1, le=600_000)
    """The longest time that a request waits for its turn; then it is `shed(queue_full)`. The end of a run waits this
    long for comparisons under way."""
    buffer_bytes: int = Field(default=33_554_432, ge=65_536)
    """Limits the bodies held, and the bytes on the way to the compare process. What exceeds it is shed. Heavy answers
    that wait to be compared take at most half of it."""
    recheck_pct: Pct = 20.0
    """The share of mirrored safe requests that candidate and secondary may be sent once more, where an answer differs
    from legacy's. It tells a fault from noise and from drift. 0 turns it off: then nobody can tell noise from a
    secondary whose store has parted from legacy's, and where no check can judge the values, a claim is inconclusive.
    Without a secondary there is none."""
    race_window_ms: int = Field(default=0, ge=0, le=600_000)
    """For so long after a write was sent, reads of the same data are `skipped(state_race)`. A read during the write
    always is."""
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, le=67_108_864)
    """The longest body kept whole. Longer ones are compared by digests."""
    rule: tuple[MirrorRule, ...] = Field(default=(), strict=False)
    header: tuple[HeaderRule, ...] = Field(default=(), strict=False)


class IgnoreSettings(Section):
    """[[compare.ignore]]: differences that are left out before anything is counted."""

    route: AnyGlob = "*"
    """The requests that the rule matches."""
    path: Glob
    """Differences at these paths are left out, from the next run on."""
    reason: str = Field(min_length=1)
    """Why the rule exists."""


def _as_names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class ListSettings(Section):
    """[[compare.list]]: by which field the elements of a list are known."""

    route: AnyGlob = "*"
    """The requests that the rule matches."""
    path: Glob
    """The lists at these paths: `body/items`, `message.items`."""
    key: Annotated[
        tuple[Name, ...], Field(strict=False, min_length=1), BeforeValidator(_as_names), shown("name, or names in [ ]")
    ]
    """The field that says which element is which: `id`, `item.id`, of XML also an attribute. Several names in `[ ]` are
    one key together. Elements whose keys are not the same are never compared with each other; without a rule, the key
    is found in the lists."""


class CompareSettings(Section):
    """[compare]: what makes requests distinct, what is left out, and how much one comparison may cost."""

    max_compare_ms: int = Field(default=20_000, ge=100, le=600_000)
    """The processor time that comparing one request's large answers may take; four times as long by the clock. Past it
    the request is `uncomparable(too_costly)`."""
    max_compare_mb: int = Field(default=1024, ge=64, le=65_536)
    """The memory that comparing one request's large answers may take, on Linux. Past it the request is
    `uncomparable(too_costly)`."""
    distinct_by: tuple[Name, ...] = Field(default=(), strict=False)
    """Header fields that make a request another one, beside its method, target, body and credential (`Authorization`,
    cookies; of a JWT with a subject what it says of the person): `accept-language`, `x-tenant`."""
    ignore: tuple[IgnoreSettings, ...] = Field(default=(), strict=False)
    list: tuple[ListSettings, ...] = Field(default=(), strict=False)


class AcceptSettings(Section):
    """[[accept]]: a difference that a person examined and that may stay, until ``expires``."""

    id: Name | None = None
    """A name by which a parity test expects this difference, unique in the file."""
    route: Glob
    """The routes that the rule matches."""
    path: Glob
    """Differences at these paths may stay."""
    kind: AnyGlob = "*"
    """Only differences of these kinds."""
    transition: AnyGlob = "*"
    """Only differences with these transitions, such as `404 -> 401`, or `beside 404 -> 401` for what follows from that
    status; empty: those that tell none."""
    reason: str = Field(min_length=1)
    """Why the difference may stay."""
    expires: datetime.date | None = None
    """The last day on which the rule applies (UTC)."""


class RedactSettings(Section):
    """[redact]: what is replaced by pseudonyms before anything is stored, in addition to the defaults."""

    names: tuple[Name, ...] = Field(default=(), strict=False)
    """Further names whose values are hidden."""
    patterns: tuple[Pattern, ...] = Field(default=(), strict=False)
    """Further texts to hide."""
    key_file: TextPath = Path("redaction.key")
    """The redaction key (mode 0600), relative to `[evidence] dir`. The environment variable `CROSSFADE_REDACTION_KEY`
    takes precedence."""


class EvidenceSettings(Section):
    """[evidence]: where run data is kept and how often it is committed."""

    dir: Folder = Path(".crossfade")
    """The folder of run data."""
    flush_ms: int = Field(default=1000, ge=50, le=60_000)
    """How often counts are committed."""
    keep_days: int = Field(default=30, ge=1, le=36_500)
    """Runs that ended longer ago are deleted, with their recordings, when a run starts and by `crossfade store prune`.
    A live run never is."""
    keep_runs: int = Field(default=100, ge=1, le=100_000)
    """All but this many of the newest runs are deleted at the same moments."""


class AdminSettings(Section):
    """[admin]: where crossfade's own endpoints are; without an address there are none."""

    address: Address | None = None
    """The address of crossfade's own endpoints: `/live`, `/ready`, `/metrics`."""


class IngestSettings(Section):
    """[ingest]: where generated Java services send what they compared, and the bounds of what they may send.

    The default of ``max_line_bytes`` holds a pair of three bodies of ``mirror.body_limit_bytes`` in base64.
    """

    address: Annotated[str, AfterValidator(check_ingest_address), shown("host:port or unix:PATH")] | None = None
    """The address on which `crossfade ingest` listens. With it a config needs no `[[listen]]`."""
    secondary: Url | None = None
    """A second instance of legacy, contacted where the two answers to a safe request differ."""
    max_connections: int = Field(default=64, ge=1, le=10_000)
    """The maximum number of connected services, one for each pod. One more is closed."""
    max_line_bytes: int = Field(default=8_388_608, ge=1024, le=268_435_456)
    """The longest line. A longer pair is `uncomparable(truncated)`."""
    buffer_bytes: int = Field(default=67_108_864, ge=65_536)
    """Limits the incomplete lines on all connections together. A connection that exceeds it is closed. It must be at
    least `max_line_bytes`."""
    max_hello_ms: int = Field(default=10_000, ge=1, le=600_000)
    """The longest time from a connection to its hello. Then it is closed."""
    max_line_ms: int = Field(default=30_000, ge=1, le=600_000)
    """The longest time from the beginning of a line to its end. Then the connection is closed."""

    @model_validator(mode="after")
    def _room_for_a_line(self) -> Self:
        if self.buffer_bytes < self.max_line_bytes:
            raise ValueError(
                f"expected buffer_bytes of at least max_line_bytes ({self.max_line_bytes}), got {self.buffer_bytes}; "
                "raise it, or lower max_line_bytes"
            )
        return self


class RecordSettings(Section):
    """[record]: raw comparisons kept, redacted, beside the evidence; and sessions kept in a corpus."""

    sample_pct: Pct = 0.0
    """The share of judged comparisons to keep. 0 keeps none; any other share also keeps up to 100 of each result on a
    route."""
    max_mb: int = Field(default=256, ge=1, le=1_000_000)
    """The disk space of one run's recording, and of what it adds to a corpus. When it is used up, the recording ends.
    """
    session_by: tuple[Annotated[str, AfterValidator(check_session_key), shown("session key")], ...] = Field(
        default=(), strict=False
    )
    """How `crossfade record --corpus` knows a client, the first that its request or else its answer has:
    `header:NAME` (also gRPC metadata), `cookie:NAME`, `peer`. Without any, or where a request has none: its credential,
    else a cookie or a token that legacy gave it, else its address."""
    max_session_calls: int = Field(default=200, ge=1, le=100_000)
    """The longest session of a corpus. A client that goes on begins another one."""


Command = Annotated[tuple[Name, ...], Field(strict=False)]


class LoginSettings(Section):
    """[[replay.login]]: a call by which each service gives a credential, which it then gets with all other calls."""

    route: Annotated[str, AfterValidator(check_call), shown("METHOD /path or gRPC method")]
    """What is called: `POST /login`, or a gRPC method of the contract."""
    listen: Name | None = None
    """The port on which it is called; the first one where it is left out."""
    body: str | None = None
    """What is sent; of a gRPC method its message as JSON."""
    body_env: Annotated[str, AfterValidator(check_variable), shown("variable")] | None = None
    """The environment variable that holds what is sent, so that the file holds no password."""
    media_type: Annotated[str, AfterValidator(check_field_value)] = "application/json"
    """The content type of what is sent over HTTP."""
    token: Name
    """The member of the answer that holds the credential: `token`, `session.id`. Of a message its field."""
    header: Annotated[str, AfterValidator(check_field_name)] = "authorization"
    """The header field that carries it."""
    value: Annotated[str, AfterValidator(check_field_value)] = "Bearer {token}"
    """What the field holds; `{token}` stands for the credential."""

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body is not None and self.body_env is not None:
            raise ValueError("expected body or body_env, got body and body_env; name one")
        if "{token}" not in self.value:
            raise ValueError(
                f"expected a value with {{token}}, got {self.value!r}; write for example 'Bearer {{token}}'"
            )
        return self


class ReplaySettings(Section):
    """[replay]: how each service gets back to the state in which a corpus is played.

    A command is a list of a program and its arguments, started in the folder of the config. It ends when the service
    serves again, with exit code 0.
    """

    reset_legacy: Command = ()
    """Puts legacy's data back. With it and without a secondary, sessions are played on legacy twice, which measures
    noise."""
    reset_candidate: Command = ()
    """Puts the candidate's data back."""
    reset_secondary: Command = ()
    """Puts the secondary's data back."""
    reset_timeout_s: int = Field(default=120, ge=1, le=86_400)
    """A command that takes longer is ended, and the replay with it."""
    header: tuple[HeaderRule, ...] = Field(default=(), strict=False)
    login: tuple[LoginSettings, ...] = Field(default=(), strict=False)


class GateSection(Section):
    """[gate]: what is claimed."""

    routes: tuple[AnyGlob, ...] = Field(default=(), strict=False)
    """The claimed routes. Other routes are reported as not claimed."""
    budget_pct: float = Field(default=1.0, gt=0, lt=100)
    """A claim: less than this share of requests diverges."""
    confidence_pct: float = Field(default=95.0, gt=50, lt=100)
    """The confidence of a claim."""
    unit: Annotated[Unit, Field(strict=False)] = Unit.REQUEST
    """What is counted: distinct requests, or clients, sessions or minutes of which at least one request diverged. Use
    another unit where requests share their fate. A client is known by what its credential says of it, without one by
    the first address of `X-Forwarded-For` or `Forwarded`, else by its own; a session by the very text of its
    credential. Requests that services send to `crossfade ingest` count as requests."""
    planned_n: int | None = Field(default=None, ge=1)
    """The number of distinct units after which a run is judged, fixed before it begins. It gives an exact bound, which
    needs less (299 instead of 315 at 1 %). Without it the bound holds whenever a run is ended."""
    transient_budget_pct: float | None = Field(default=None, gt=0, lt=100)
    """The budget of differences that a second look at the same request does not show, above those that legacy itself
    has. `budget_pct` by default."""
    transient_reason: str | None = Field(default=None, min_length=1)
    """Why `transient_budget_pct` is above `budget_pct`. Required then."""
    min_surfaced_pct: Pct = 50.0
    """A claim is inconclusive when less than this share of the faults that crossfade puts into copies of real answers
    is found on the route."""
    min_compared_pct: Pct = 95.0
    """A claim is inconclusive when less than this share of the eligible requests was compared."""

    @model_validator(mode="after")
    def _reason_to_raise(self) -> Self:
        raised = self.transient_budget_pct is not None and self.transient_budget_pct > self.budget_pct
        if raised and self.transient_reason is None:
            raise ValueError(
                "expected transient_reason with a transient_budget_pct above budget_pct, got none; give the reason"
            )
        return self


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
    replay: ReplaySettings = ReplaySettings()
    admin: AdminSettings = AdminSettings()
    gate: GateSection = GateSection()
    canary: CanarySettings = CanarySettings()

    @field_validator("listen")
    @classmethod
    def _some_traffic(cls, listen: tuple[ListenSettings, ...], info: ValidationInfo) -> tuple[ListenSettings, ...]:
        ingest = info.data.get("ingest")
        if not listen and ingest is not None and ingest.address is None:
            raise ValueError(
                "expected at least one, got none; add a port that clients connect to, or set ingest.address"
            )
        return listen
