"""What is mirrored: safe requests, and writes only where a rule says so."""

from typing import Any

import pytest

from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.evidence.records import RouteInfo
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.mirror.policy import Policy, share

SKIPPED = Outcome.SKIPPED


def _route(name: str, call_type: str = "http") -> RouteInfo:
    protocol = "http" if call_type == "http" else "grpc"
    return RouteInfo(route=name, protocol=protocol, call_type=call_type, stage="shadow")


def _rule(route: str, action: str, **values: Any) -> MirrorRule:
    return MirrorRule(route=route, action=MirrorAction(action), reason="test", **values)


@pytest.mark.parametrize(
    ("name", "method", "settled"),
    [
        ("GET /a", "GET", None),
        ("HEAD /a", "HEAD", None),
        ("POST /a", "POST", (SKIPPED, Reason.POLICY)),
        ("DELETE /a", "DELETE", (SKIPPED, Reason.POLICY)),
        ("POST /own", "POST", None),
        ("GET /mail", "GET", (SKIPPED, Reason.BLOCKED)),
    ],
)
def test_http(name: str, method: str, settled: object) -> None:
    """Safe methods pass, writes need a rule, and a rule may forbid anything."""
    settings = MirrorSettings(rule=(_rule("POST /own", "mirror"), _rule("GET /mail", "skip")))
    assert Policy(settings, {}, State.SISTER).decide(_route(name), method, "id").settled == settled


def test_an_unknown_grpc_method_is_a_write() -> None:
    """What the contract does not call safe is not sent twice."""
    plan = Policy(MirrorSettings(), {}, State.SISTER).decide(_route("p.S/Get", "unary"), "POST", "id")
    assert plan.settled == (SKIPPED, Reason.POLICY)
    assert plan.write


def test_sampling_is_fixed_by_the_id() -> None:
    """The same id gets the same decision; a share of ids is taken."""
    policy = Policy(MirrorSettings(sample_pct=20), {}, State.SISTER)
    taken = [policy.decide(_route("GET /a"), "GET", f"id-{n}").settled is None for n in range(2000)]
    assert taken == [policy.decide(_route("GET /a"), "GET", f"id-{n}").settled is None for n in range(2000)]
    assert 340 < sum(taken) < 460


def test_writes_are_not_sampled_unless_their_rule_says_so() -> None:
    """Leaving out some writes would set the two stores apart."""
    settings = MirrorSettings(
        sample_pct=0, rule=(_rule("POST /a", "mirror"), _rule("POST /b", "mirror", sample_pct=0.0))
    )
    policy = Policy(settings, {}, State.SISTER)
    assert policy.decide(_route("POST /a"), "POST", "id").settled is None
    assert policy.decide(_route("POST /b"), "POST", "id").settled == (SKIPPED, Reason.SAMPLED_OUT)


def test_the_secondary_gets_every_write_and_a_share_of_the_reads() -> None:
    """Its store must go along with legacy's, or it would measure its own age as noise."""
    policy = Policy(MirrorSettings(secondary_pct=10, rule=(_rule("POST /a", "mirror"),)), {}, State.SISTER)
    assert all(policy.decide(_route("POST /a"), "POST", f"id-{n}").ask_secondary for n in range(100))
    reads = [policy.decide(_route("GET /a"), "GET", f"id-{n}").ask_secondary for n in range(2000)]
    assert 140 < sum(reads) < 260


def test_shares_of_one_id_are_independent() -> None:
    """Sampling and the secondary throw different dice."""
    both = [(share(f"id-{n}", "sample") < 50, share(f"id-{n}", "secondary") < 50) for n in range(2000)]
    assert 400 < sum(a and b for a, b in both) < 600


@pytest.mark.parametrize(
    ("state", "method", "rules", "learn"),
    [
        (State.SISTER, "POST", (), True),
        (State.SNAPSHOT, "POST", (), True),
        (State.SHARED, "POST", (), False),
        (State.SISTER, "GET", (), False),
        (State.SISTER, "POST", (_rule("POST /a", "skip"),), True),
        (State.SISTER, "POST", (_rule("POST /a", "mirror"),), False),
    ],
)
def test_handles_are_learnt_from_writes_that_only_legacy_gets(
    state: State, method: str, rules: tuple[MirrorRule, ...], learn: bool
) -> None:
    """With own stores the candidate can't know what such a write minted; with a shared one it can."""
    policy = Policy(MirrorSettings(rule=rules), {}, state)
    assert policy.decide(_route(f"{method} /a"), method, "id").learn is learn


@pytest.mark.parametrize("state", list(State))
def test_the_kill_switch(state: State) -> None:
    """Nothing is mirrored, whatever the rules say; what legacy alone writes is learnt where stores are apart."""
    policy = Policy(MirrorSettings(rule=(_rule("POST /own", "mirror"),)), {}, state, is_off=True)
    read, write = policy.decide(_route("GET /a"), "GET", "id"), policy.decide(_route("POST /own"), "POST", "id")
    assert read.settled == write.settled == (SKIPPED, Reason.MIRROR_OFF)
    assert (read.learn, write.learn) == (False, state is not State.SHARED)
