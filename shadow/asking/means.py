"""What all comparisons of a run have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.job_queue import JobQueue
from crossfade.shadow.asking.admission import Admission
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.order import Order
from crossfade.shadow.asking.races import Races
from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.asking.written import Written
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.noticing import NOTHING_STORED, Noticing
from crossfade.shadow.runs.recorder import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Who judges, what is known of handles, of writes and who made them, and of second looks, and the bounds."""

    contract: Contract | None
    judge: Judge
    judging: Judging
    bindings: Bindings
    limits: Limits
    admission: Admission
    order: Order
    races: Races
    rechecks: Rechecks
    written: Written


def means_of(  # noqa: PLR0913 - what a run is made of
    *,
    contract: Contract | None,
    judge: Judge,
    bindings: Bindings,
    limits: Limits,
    queue: JobQueue | None = None,
    recorder: Recorder | None = None,
    noticing: Noticing = NOTHING_STORED,
    reads_of: Callable[[RouteInfo], bool] = lambda _: False,
    templates: tuple[str, ...] = (),
) -> Means:
    """The means of a run that begins. ``queue`` has heavy comparisons judged, None where all are judged here.

    ``recorder`` keeps those that are judged apart, ``noticing`` is shown all that passes. ``reads_of``:
    whether what the candidate writes on a route is read through both sides, by ``templates`` and safe methods.
    """
    return Means(
        contract=contract,
        judge=judge,
        judging=Judging(judge=judge, bindings=bindings, queue=queue, recorder=recorder, noticing=noticing),
        bindings=bindings,
        limits=limits,
        admission=Admission(limits.in_flight),
        order=Order(),
        races=Races(contract=contract, window_s=limits.race_window_s),
        rechecks=Rechecks(limits.recheck_pct),
        written=Written(contract=contract, is_watched=reads_of, templates=templates),
    )
