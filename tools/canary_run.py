"""The controller of a canary: its plan, its planes, its journal and its API, until it is told to end."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crossfade.shadow.canary.control.api import Api
from crossfade.shadow.canary.control.carriers import Carriers
from crossfade.shadow.canary.control.evidence import EvidenceWatch
from crossfade.shadow.canary.control.loop import Controller, Senses
from crossfade.shadow.canary.control.place import folder_of, only_one, tell_address
from crossfade.shadow.canary.control.status import Done, Order
from crossfade.shadow.canary.control.view import left_behind
from crossfade.shadow.canary.control.webhooks import Webhooks
from crossfade.shadow.canary.journal.journal import Journal
from crossfade.shadow.canary.notify.forms import FORMS
from crossfade.shadow.canary.notify.sender import Sender
from crossfade.shadow.canary.plan.records import Plan
from crossfade.shadow.canary.planes.opening import open_planes
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.canary.states.controller import decide
from crossfade.shadow.canary.states.records import TERMINAL
from crossfade.shadow.config import Config, place_of
from crossfade.shadow.config.address import split_address, split_url
from crossfade.shadow.config.canary_settings import PlaneKind
from crossfade.shadow.errors import ShadowError
from crossfade.tools.canary.evidence import evidence_reader
from crossfade.tools.canary.planning import plan_of
from crossfade.tools.gate_endpoint import GateSource, gate_routes
from crossfade.tools.reach import check_address_free
from crossfade.tools.signals import stop_signals

log = logging.getLogger("crossfade.canary")

_CLOSE_S = 5.0
_ABORT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryResult:
    """How it ended; ``left`` has a line for each route that the candidate goes on answering."""

    interrupted: bool
    left: tuple[str, ...]


async def run_canary(
    config: Config, config_path: Path, token: str, *, actor: str, announce: Callable[[str], None]
) -> CanaryResult:
    """Shifts traffic until SIGINT or SIGTERM.

    Raises: ShadowError: the plan has a mistake, another controller runs, the address is taken, or the journal can't be
        read or written.
    """
    address = split_address(config.canary.address or "127.0.0.1:0")
    check_address_free(place_of(config_path, ("canary", "address")), *address)
    folder = folder_of(config.evidence.dir)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with only_one(folder):
        async with _assembled(config, folder) as controller:
            await controller.begin(actor)
            api = Api(controller, token=token, others=gate_routes(GateSource(config_path), token))
            bound = await api.start(*address)
            try:
                tell_address(folder, bound)
                announce(f"canary of {controller.plan.service}: {len(controller.plan.routes)} routes; API on {bound}")
                with stop_signals(stop):
                    await controller.run(stop)
            finally:
                await api.close()
            await asyncio.gather(*(sender.drain(_CLOSE_S) for sender in controller.senders))
            left = tuple(left_behind(controller.told, config.canary.lease_s, _lasting(config, controller.plan)))
    return CanaryResult(interrupted=stop.result() is signal.SIGINT, left=left)


async def abort_alone(config: Config, order: Order) -> Done:
    """Gives all routes back to legacy where no controller runs: straight to the planes, and into the journal.

    Returns once the planes have read back 0, or after half a minute. Raises: ShadowError: as ``run_canary``, or the
        order is for some routes only.
    """
    folder = folder_of(config.evidence.dir)
    with only_one(folder):
        async with _assembled(config, folder, by_journal=True) as controller:
            if not all(route.is_meant(order.routes) for route in controller.plan.routes):
                message = f"{order.routes}: expected all routes while no controller runs, got some; the lease of the"
                raise ShadowError(f"{message} others is over: start the controller first, or abort all", exit_code=4)
            stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            asking = asyncio.create_task(_aborted(controller, order))
            await asyncio.sleep(0)  # the order is there when the first tick decides
            running = asyncio.create_task(controller.run(stop))
            try:
                return await asking
            finally:
                stop.set_result(None)
                await running


async def _aborted(controller: Controller, order: Order) -> Done:
    done = await controller.order(Verb.ABORT, order)
    until = time.monotonic() + _ABORT_S
    while any(route.phase not in TERMINAL for route in done.routes) and time.monotonic() < until:
        done = await controller.order(Verb.ABORT, order)
    return done


@contextlib.asynccontextmanager
async def _assembled(config: Config, folder: Path, *, by_journal: bool = False) -> AsyncIterator[Controller]:
    """A controller that goes on where the journal ends, and what runs beside it.

    ``by_journal``: under the plan of the journal, whatever the config's is by now: the way back needs no other.
    """
    plan = (_plan_of_journal(folder) if by_journal else None) or plan_of(config)
    senders = tuple(_senders(config))
    evidence = EvidenceWatch(evidence_reader(config), clock=time.time)
    webhooks = Webhooks(clock=time.time)
    owner = {route.route: route.plane for route in plan.routes}
    carriers = Carriers(planes=open_planes(config), owner=owner, lease_s=config.canary.lease_s)
    tasks = [asyncio.create_task(work) for work in (evidence.run(), *(sender.run() for sender in senders))]
    try:
        with _journal(folder) as journal:
            yield Controller(
                plan=plan,
                state=journal.begin(plan, time.time()),
                carriers=carriers,
                senses=Senses(
                    evidence=evidence,
                    webhooks=webhooks,
                    legacies=[split_url(listen.legacy) for listen in config.listen],
                    candidates=[split_url(listen.candidate) for listen in config.listen],
                    clock=time.time,
                ),
                book=journal,
                decide=decide,
                senders=senders,
                tick_s=min(config.canary.tick_ms / 1000, config.canary.lease_s / 3),
            )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await webhooks.close()
        await carriers.close()


def _plan_of_journal(folder: Path) -> Plan | None:
    with _journal(folder) as journal:
        return journal.plan


@contextlib.contextmanager
def _journal(folder: Path) -> Iterator[Journal]:
    try:
        journal = Journal(folder)
    except OSError as error:
        message = f"{error.filename or folder}: expected to write the journal, got {error.strerror}; fix that"
        raise ShadowError(message, exit_code=4) from None
    if journal.repaired:
        log.warning("canary.journal_repaired %s", journal.repaired)
    with journal:
        yield journal


def _senders(config: Config) -> Iterator[Sender]:
    for index, target in enumerate(config.canary.notify):
        url = target.url if target.url_env is None else os.environ.get(target.url_env, "")
        if not url:
            message = f"canary.notify.{index}.url_env: expected an address in the variable {target.url_env}, got none"
            raise ShadowError(f"{message}; set it, or remove the notification")
        yield Sender(name=f"notify.{index}", url=url, form=FORMS[target.form], service=config.service.name)


def _lasting(config: Config, plan: Plan) -> frozenset[str]:
    """The routes whose weights stay without a controller: an HTTPRoute has no lease."""
    kinds = {plane.name: plane.kind for plane in config.canary.plane}
    return frozenset(route.route for route in plan.routes if kinds.get(route.plane) is PlaneKind.GATEWAY)
