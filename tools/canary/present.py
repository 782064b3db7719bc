"""The present traffic of each route, from the newest run."""

from crossfade.shadow.canary.plan.hours import Present
from crossfade.shadow.config import Config
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.canary_view import CanaryView


def present_traffic(config: Config) -> dict[str, Present]:
    """By the keys of routes; {} before the first run. Raises: EvidenceError."""
    store = evidence_store(config)
    standings = CanaryView(store, config).read()
    if not standings:
        return {}
    newest = max(store.runs(), key=lambda run: run.started_at)
    evidence = store.read(newest.run_id, examples=False)
    seconds = max(1.0, newest.last_s - newest.started_at)
    entered = {route.info.key: (route.entered / seconds, route.distinct / seconds) for route in evidence.routes}
    return {key: _present(standing, *entered.get(key, (0.0, 0.0))) for key, standing in standings.items()}


def _present(standing: RouteStanding, requests_per_s: float, units_per_s: float) -> Present:
    return Present(
        requests_per_s=requests_per_s,
        units_per_s=units_per_s,
        n=standing.n,
        k=standing.k,
        verdict=standing.verdict,
        reason=standing.reason,
    )
