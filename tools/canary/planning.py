"""The plan of a config, as its commands read it."""

from crossfade.shadow.canary.plan.build import build_plan
from crossfade.shadow.canary.plan.declared import declared_routes
from crossfade.shadow.canary.plan.records import Plan
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.runs.setup import evidence_store, read_contract
from crossfade.tools.canary_view import CanaryView


def plan_of(config: Config) -> Plan:
    """The plan of all declared routes; on which port a route is, evidence tells.

    Raises: ShadowError: the contract can't be read, or the plan has a mistake.
    """
    contract = read_contract(config)
    methods = {} if contract is None else contract.methods
    listeners = [listen.name for listen in config.listen]
    return build_plan(config, declared_routes(config.routes.http, methods, listeners, _seen(config)))


def _seen(config: Config) -> frozenset[str]:
    """The routes that had traffic; none where there is no evidence that can be read, as before the first run."""
    try:
        return frozenset(CanaryView(evidence_store(config), config).read())
    except EvidenceError:
        return frozenset()
