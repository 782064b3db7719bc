"""The steps of a canary, in the words of Argo Rollouts, and the gates in front of them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from crossfade.shadow.config.field import check_field_name, check_field_value
from crossfade.shadow.config.section import Pct, Section

Seconds = Annotated[float, Field(ge=0, le=31_536_000)]


class OnTimeout(StrEnum):
    """What happens where nobody opened a gate in time."""

    HOLD = "hold"
    ABORT = "abort"


class GateKind(StrEnum):
    """Who opens a gate: a person, by `crossfade canary promote`, or a webhook that answers 200 to 202."""

    MANUAL = "manual"
    WEBHOOK = "webhook"


class PauseStep(Section):
    """`pause`: waits; without a duration until `crossfade canary resume`."""

    duration_s: Seconds | None = None
    """How long it waits."""


class AnalysisStep(Section):
    """`analysis`: waits until the evidence allows the next step."""

    min_requests: int = Field(default=0, ge=0)
    """The number of requests that the candidate must have answered at this weight."""
    timeout_s: Seconds = 86_400
    """After this time without a decision the rollout pauses: inconclusive never goes on by itself."""


class MirrorStep(Section):
    """`setMirrorRoute`: the share of requests that the other side gets as well."""

    percentage: Pct = 100.0
    """The share, as far as the rules of `[mirror]` allow it."""


class HeaderStep(Section):
    """`setHeaderRoute`: requests with this header field are the candidate's, whatever the weight."""

    name: Annotated[str, AfterValidator(check_field_name)]
    """The name of the header field, or of gRPC metadata."""
    value: Annotated[str, AfterValidator(check_field_value)]
    """The exact value."""


class Step(Section):
    """One step of a plan: exactly one key, in the words of Argo Rollouts."""

    setWeight: Annotated[float, Field(gt=0, le=100)] | None = None  # noqa: N815 - the field's word
    """The share of clients whose requests the candidate answers."""
    pause: PauseStep | None = None
    """Waits."""
    analysis: AnalysisStep | None = None
    """Waits for evidence."""
    setMirrorRoute: MirrorStep | None = None  # noqa: N815 - the field's word
    """Sets the share that is mirrored."""
    setHeaderRoute: HeaderStep | None = None  # noqa: N815 - the field's word
    """Gives requests with a header field to the candidate."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        given = sorted(self.model_fields_set)
        if len(given) != 1:
            raise ValueError(f"expected exactly one key, got {' and '.join(given) or 'none'}; make a step of each")
        return self


def default_steps() -> tuple[Step, ...]:
    """1, 5, 25, 50 and 100 %, with an analysis after each."""
    steps: list[Step] = []
    for pct in (1.0, 5.0, 25.0, 50.0, 100.0):
        steps += [Step(setWeight=pct), Step(analysis=AnalysisStep())]
    return tuple(steps)


class CanaryGate(Section):
    """[[canary.route.gate]]: what must be opened before a weight is reached."""

    before_pct: Pct = 100.0
    """The gate stands in front of the first step that sets this weight or more."""
    kind: Annotated[GateKind, Field(strict=False)] = GateKind.MANUAL
    """Who opens it."""
    url: str | None = None
    """The webhook. It gets the route, the weight and the verdict as JSON, and opens the gate with 200 to 202."""
    timeout_s: Seconds = 86_400
    """How long the gate may stay closed."""
    on_timeout: Annotated[OnTimeout, Field(strict=False)] = OnTimeout.HOLD
    """What happens then."""

    @model_validator(mode="after")
    def _url_of_webhook(self) -> Self:
        if (self.kind is GateKind.WEBHOOK) != (self.url is not None):
            raise ValueError("expected url with kind = 'webhook', and with no other; add it, or change kind")
        return self
