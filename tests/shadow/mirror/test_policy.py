"""What is mirrored: safe requests, and writes only where a rule says so."""

import sys
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import CallType, Method
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.share import share
from crossfade.shadow.mirror.policy import Policy

SKIPPED = Outcome.SKIPPED


def _head(name: str, request_id: str = "id", headers: Headers = ()) -> RequestHead:
    """``METHOD target`` of HTTP, or ``package.Service/Method`` of gRPC; a name with ``!`` in front is a raw :path."""
    grpc = " " not in name
    method, _, target = ("POST", "", name[1:] if name[0] == "!" else f"/{name}") if grpc else name.partition(" ")
    return RequestHead(
        id=request_id,
        listener="web",
        protocol=Protocol.GRPC if grpc else Protocol.HTTP,
        method=method,
        target=target,
        headers=headers,
        at=0.0,
    )


def _method(*, safe: bool) -> Method:
    return Method(
        full_name="p.S/M",
        input_type="p.In",
        output_type="p.Out",
        call_type=CallType.UNARY,
        safe=safe,
        idempotent=safe,
        http="",
    )


def _rule(route: str, action: str, **values: Any) -> MirrorRule:
    return MirrorRule(route=route, action=MirrorAction(action), reason="test", **values)


@pytest.mark.parametrize(
    ("name", "settled"),
    [
        ("GET /a", None),
        ("HEAD /a", None),
        ("OPTIONS *", None),
        ("POST /a", (SKIPPED, Reason.POLICY)),
        ("DELETE /a", (SKIPPED, Reason.POLICY)),
        ("get /a", (SKIPPED, Reason.POLICY)),
        ("TRACE /a", (SKIPPED, Reason.POLICY)),
        ("PROPFIND /a", (SKIPPED, Reason.POLICY)),
        ("QUERY /a", (SKIPPED, Reason.POLICY)),
        ("POST /own", None),
        ("GET /mail", (SKIPPED, Reason.RULE)),
    ],
)
def test_http(name: str, settled: object) -> None:
    """Safe methods pass, writes need a rule, and a rule may forbid anything."""
    settings = MirrorSettings(rule=(_rule("POST /own", "mirror"), _rule("GET /mail", "skip")))
    assert Policy(settings, {}, State.SISTER).decide(_head(name)).settled == settled


def test_an_unknown_grpc_method_is_a_write() -> None:
    """What the contract does not call safe is not sent twice."""
    plan = Policy(MirrorSettings(), {}, State.SISTER).decide(_head("p.S/Get"))
    assert plan.settled == (SKIPPED, Reason.POLICY)
    assert plan.write


def test_sampling_is_fixed_by_the_id() -> None:
    """The same id gets the same decision; a share of ids is taken."""
    policy = Policy(MirrorSettings(sample_pct=20), {}, State.SISTER)
    taken = [policy.decide(_head("GET /a", f"id-{n}")).settled is None for n in range(2000)]
    assert taken == [policy.decide(_head("GET /a", f"id-{n}")).settled is None for n in range(2000)]
    assert 340 < sum(taken) < 460


def test_writes_are_not_sampled_unless_their_rule_says_so() -> None:
    """Leaving out some writes would set the two stores apart."""
    settings = MirrorSettings(
        sample_pct=0, rule=(_rule("POST /a", "mirror"), _rule("POST /b", "mirror", sample_pct=0.0))
    )
    policy = Policy(settings, {}, State.SISTER)
    assert policy.decide(_head("POST /a", "id")).settled is None
    assert policy.decide(_head("POST /b", "id")).settled == (SKIPPED, Reason.SAMPLED_OUT)


def test_the_secondary_gets_every_write_and_a_share_of_the_reads() -> None:
    """Its store must go along with legacy's, or it would measure its own age as noise."""
    policy = Policy(MirrorSettings(secondary_pct=10, rule=(_rule("POST /a", "mirror"),)), {}, State.SISTER)
    assert all(policy.decide(_head("POST /a", f"id-{n}")).ask_secondary for n in range(100))
    reads = [policy.decide(_head("GET /a", f"id-{n}")).ask_secondary for n in range(2000)]
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
        (State.SHARED, "POST", (), True),
        (State.SHARED, "GET", (), False),
        (State.SISTER, "GET", (), False),
        (State.SISTER, "POST", (_rule("POST /a", "skip"),), True),
        (State.SISTER, "POST", (_rule("POST /a", "mirror"),), False),
    ],
)
def test_handles_are_learnt_from_writes_that_only_legacy_gets(
    state: State, method: str, rules: tuple[MirrorRule, ...], learn: bool
) -> None:
    """With own stores the candidate can't know what it minted; with a shared one reads may see it half done."""
    policy = Policy(MirrorSettings(rule=rules), {}, state)
    assert policy.decide(_head(f"{method} /a", "id")).learn is learn


@pytest.mark.parametrize("state", list(State))
def test_the_kill_switch(state: State) -> None:
    """Nothing is mirrored, whatever the rules say; what legacy alone writes is learnt where stores are apart."""
    policy = Policy(MirrorSettings(rule=(_rule("POST /own", "mirror"),)), {}, state, is_off=lambda: True)
    read, write = policy.decide(_head("GET /a", "id")), policy.decide(_head("POST /own", "id"))
    assert read.settled == write.settled == (SKIPPED, Reason.MIRROR_OFF)
    assert (read.learn, write.learn) == (False, state is not State.SHARED)


SPELLINGS = (
    "/jobs/nightly/run/",
    "/jobs/nightly/run?x=1",
    "/jobs/nightly/run#f",
    "/jobs/nightly/run;v=1",
    "/jobs;a=1/nightly;b/run",
    "/jobs/nightly/run%3Bv=1",
    "//jobs/nightly/run",
    "/jobs//nightly///run",
    "/./jobs/nightly/run",
    "/jobs/./nightly/run/.",
    "/x/../jobs/nightly/run",
    "/jobs/x/%2e%2E/nightly/run",
    "/jobs/x/..;/nightly/run",
    "/jobs/nightly/x//../run",
    "/jobs/nightly/x//../../run",
    "/../../jobs/nightly/run",
    "/j%6Fbs/nightly/run",
    "/j%6fbs/nightly/%72un",
    "/j%256Fbs/nightly/run",
    "/j%25256Fbs/nightly/run",
    "/jobs%2Fnightly%2frun",
    "/jobs%252Fnightly/run",
    "/jobs\\nightly\\run",
    "/jobs%5Cnightly%5crun",
    "/jobs/nightly/run%20",
    "/jobs/nightly/run.",
    "/jobs/nightly/run...",
    "/jobs/nightly/run%00.html",
    "/jobs/nightly/run%09",
    "/jobs%c0%afnightly/run",
    "/jobs/nightly/%c1%b2un",
    "/jobs/nightly/%e0%81%b2un",
    "/jobs/nightly/%u0072un",
    "/jobs/nightly/%FFrun",
    "/jobs/nightly/run?",
    "/jobs/nightly/run%3Fx",
    "/jobs/nightly/run%23x",
    "/JOBS/nightly/Run",
    "/job%C5%BF/nightly/run",
    "/jobs/nightly/%EF%BD%92un",
    "http://svc.test/jobs/nightly/run",
    "HTTPS://svc.test:8443/jobs/nightly/run?x=1",
    "http:/jobs/nightly/run",
    "//svc.test/jobs/nightly/run",
    "jobs/nightly/run",
    "/jobs/a%2Fb/run",
    "/jobs/%zz/run",
    "/jobs/\u00e9/run",
    "/jobs/\udcff/run",
)


@pytest.mark.parametrize(
    "route", ["GET /jobs/{name}/run", "GET /jobs/*/run", "GET /Jobs/{name}/run/", "web GET /jobs/{name}/run"]
)
@pytest.mark.parametrize("target", SPELLINGS)
def test_a_skip_rule_means_every_spelling(route: str, target: str) -> None:
    """Whatever may be read as a path that is skipped is skipped, also as HEAD and in another case of the method."""
    policy = Policy(MirrorSettings(rule=(_rule(route, "skip"),)), {}, State.SISTER)
    for method in ("GET", "HEAD", "get"):
        assert policy.decide(_head(f"{method} {target}")).settled == (SKIPPED, Reason.RULE)
    assert policy.decide(_head(f"OPTIONS {target}")).settled is None


@pytest.mark.parametrize(
    "target",
    ["/jobs", "/jobs/nightly", "/jobs/nightly/runs", "/jobs/run", "/job/nightly/run", "/x/jobs/nightly/run", "/"],
)
def test_a_skip_rule_means_no_other_path(target: str) -> None:
    """What is another path however it is read is mirrored."""
    rules = (_rule("GET /jobs/{name}/run", "skip"), _rule("POST /*", "skip"))
    assert Policy(MirrorSettings(rule=rules), {}, State.SISTER).decide(_head(f"GET {target}")).settled is None


@pytest.mark.parametrize(
    ("target", "skipped"),
    [
        ("/users/7", True),
        ("/users/anna", True),
        ("/users/ME", True),
        ("/users/me;x", True),
        ("/users/me", False),
        ("/users/me/", False),
        ("/users/allowed", False),
        ("/users", False),
    ],
)
def test_a_template_that_is_more_special_keeps_its_path(target: str, skipped: bool) -> None:
    """A rule for ``/users/{id}`` is none for a route that the config names, as long as the path is surely that."""
    rules = (_rule("GET /users/allowed/", "mirror"), _rule("GET /users/{id}", "skip"))
    templates = ("GET /users/me", "GET /{kind}/{id}")
    policy = Policy(MirrorSettings(rule=rules), {}, State.SISTER, templates=templates)
    assert (policy.decide(_head(f"GET {target}")).settled is not None) is skipped


@pytest.mark.parametrize(
    ("route", "name", "mirrored"),
    [
        ("POST /notes/*", "POST /notes/7", True),
        ("POST /notes/*", "POST /notes/", True),
        ("POST /notes/*", "POST /notes/a%20b", True),
        ("POST /notes/*", "POST /notes/a%2Fb", True),
        ("POST /notes/*", "POST /notes/7?x=../..", True),
        ("POST /notes/*", "POST http://svc.test/notes/7", True),
        ("POST /notes/{id}", "POST /notes/7", True),
        ("web POST /notes/{id}", "POST /notes/7", True),
        ("POST *", "POST /any/../thing", True),
        ("*", "PROPFIND /a", True),
        ("POST /notes/{id}", "POST /notes/a%2Fb", False),
        ("POST /notes/{id}", "POST /notes/login", False),
        ("POST /notes/*", "POST /Notes/7", False),
        ("POST /notes/*", "POST //notes/7", False),
        ("POST /notes/*", "POST /n%6Ftes/7", False),
        ("POST /notes/*", "POST /notes/../admin", False),
        ("POST /notes/*", "POST /notes/..%2Fadmin", False),
        ("POST /notes/*", "POST /notes/%252e%252e/admin", False),
        ("POST /notes/*", "POST /notes/..\\admin", False),
        ("POST /notes/*", "POST /notes/..;/admin", False),
        ("POST /notes", "POST /notes/", False),
        ("POST /notes", "POST /notes;v=1", False),
        ("POST /notes", "post /notes", False),
        ("other POST /notes", "POST /notes", False),
    ],
)
def test_a_mirror_rule_means_what_it_says(route: str, name: str, mirrored: bool) -> None:
    """A write is mirrored where the rule speaks of it as it stands, and in every way to read it."""
    plan = Policy(MirrorSettings(rule=(_rule(route, "mirror"),)), {}, State.SISTER).decide(_head(name))
    assert plan.settled == (None if mirrored else (SKIPPED, Reason.POLICY))


def test_an_exception_is_no_way_round_a_skip() -> None:
    """What is let through before a skip is that path alone, not what leads somewhere else from it."""
    rules = (_rule("GET /jobs/status*", "mirror"), _rule("GET /jobs/*", "skip"))
    policy = Policy(MirrorSettings(rule=rules), {}, State.SISTER)
    ends = [policy.decide(_head(f"GET /jobs/{path}")).settled for path in ("status", "status/../run", "Status", "run")]
    assert ends == [None, *[(SKIPPED, Reason.RULE)] * 3]


@pytest.mark.parametrize(
    ("name", "headers", "settled"),
    [
        ("GET /a", (("X-HTTP-Method-Override", "DELETE"),), (SKIPPED, Reason.POLICY)),
        ("GET /a", (("x-http-method", "put"),), (SKIPPED, Reason.POLICY)),
        ("GET /a?x=1&_method=DELETE", (), (SKIPPED, Reason.POLICY)),
        ("GET /a?%5Fmethod=%44ELETE", (), (SKIPPED, Reason.POLICY)),
        ("GET /a", (("X-HTTP-Method-Override", "HEAD"),), None),
        ("GET /a?method=DELETE", (), None),
        ("POST /own", (), None),
        ("POST /own", (("X-HTTP-Method-Override", "DELETE"),), (SKIPPED, Reason.POLICY)),
        ("POST /own", (("X-HTTP-Method-Override", "GET"),), (SKIPPED, Reason.POLICY)),
        ("POST /jobs/run", (("X-Method-Override", "get"),), (SKIPPED, Reason.RULE)),
        ("GET /", (("X-Original-URL", "/jobs/run?a"),), (SKIPPED, Reason.RULE)),
        ("GET /", (("X-Rewrite-URL", "/J%6Fbs/run"),), (SKIPPED, Reason.RULE)),
        ("POST /own", (("X-Original-URL", "/admin"),), (SKIPPED, Reason.POLICY)),
        ("POST /own", (("X-Original-URL", "/own"),), None),
        ("GET /a", tuple(("X-Original-URL", f"/{n}") for n in range(20)), (SKIPPED, Reason.RULE)),
    ],
)
def test_another_method_or_path_in_a_field(name: str, headers: Headers, settled: object) -> None:
    """A server may serve the request by either, so both must be allowed, and either may be skipped."""
    rules = (_rule("GET /jobs/*", "skip"), _rule("POST /own", "mirror"))
    assert Policy(MirrorSettings(rule=rules), {}, State.SISTER).decide(_head(name, headers=headers)).settled == settled


def test_a_sampled_route_is_sampled_in_every_spelling() -> None:
    """What spares the candidate is not undone by a slash; without a rule of its own a share is as the config has it."""
    settings = MirrorSettings(sample_pct=50, rule=(_rule("GET /heavy/*", "mirror", sample_pct=0.0),))
    policy = Policy(settings, {}, State.SISTER)
    for target in ("/heavy/a", "/heavy/a/", "//heavy/a", "/HEAVY/a"):
        assert policy.decide(_head(f"GET {target}")).settled == (SKIPPED, Reason.SAMPLED_OUT)
    assert {policy.decide(_head("GET /light", f"id-{n}")).settled for n in range(50)} == {
        None,
        (SKIPPED, Reason.SAMPLED_OUT),
    }


@pytest.mark.parametrize(
    ("name", "rules", "settled"),
    [
        ("p.S/Get", (), None),
        ("p.S/Make", (), (SKIPPED, Reason.POLICY)),
        ("p.S/Make", (_rule("p.S/Make", "mirror"),), None),
        ("p.S/Get", (_rule("p.S/*", "skip"),), (SKIPPED, Reason.RULE)),
        ("p.S/Get", (_rule("web p.S/Get", "skip"),), (SKIPPED, Reason.RULE)),
        ("p.S/Get", (_rule("POST *", "skip"),), None),
        ("pay/7", (_rule("POST /pay/*", "skip"), _rule("*", "mirror")), (SKIPPED, Reason.RULE)),
        ("!//p.S/Get", (), (SKIPPED, Reason.POLICY)),
        ("!/p.S/Get?x", (), (SKIPPED, Reason.POLICY)),
        ("!/p.S/Get/", (), (SKIPPED, Reason.POLICY)),
        ("!/p.S/G%65t", (), (SKIPPED, Reason.POLICY)),
        ("!p.S/Get", (), (SKIPPED, Reason.POLICY)),
        ("!//p.S/Make", (_rule("p.S/Make", "mirror"),), (SKIPPED, Reason.POLICY)),
        ("!/p.S/M%61ke", (_rule("p.S/Make", "mirror"),), (SKIPPED, Reason.POLICY)),
        ("!//p.S/Get", (_rule("p.S/Get", "skip"),), (SKIPPED, Reason.RULE)),
        ("GET /p.S/Get?message=1", (_rule("p.S/Get", "skip"),), (SKIPPED, Reason.RULE)),
    ],
)
def test_grpc(name: str, rules: tuple[MirrorRule, ...], settled: object) -> None:
    """A method is safe by its exact path alone; a skip rule for it speaks of what may be read as that path."""
    methods = {"p.S/Get": _method(safe=True), "p.S/Make": _method(safe=False)}
    assert Policy(MirrorSettings(rule=rules), methods, State.SISTER).decide(_head(name)).settled == settled


def _spelled(path: str, draw: st.DrawFn) -> str:
    """Another spelling of a path: some steps, each of which a reference normaliser takes back."""
    steps = {
        "escape": lambda p, at: (
            p[:at] + f"%{ord(p[at]):02{draw(st.sampled_from('xX'))}}" + p[at + 1 :] if p[at].isalnum() else p
        ),
        "double": lambda p, at: p[:at] + "//" + p[at + 1 :] if p[at] == "/" else p,
        "dot": lambda p, at: p[:at] + "/./" + p[at + 1 :] if p[at] == "/" else p,
        "parent": lambda p, at: p[:at] + "/x/../" + p[at + 1 :] if p[at] == "/" else p,
        "parameter": lambda p, at: p[:at] + ";v=1/" + p[at + 1 :] if p[at] == "/" and at else p,
        "case": lambda p, at: p[:at] + p[at].swapcase() + p[at + 1 :],
        "slash": lambda p, _: p.rstrip("/") + "/",
        "percent": lambda p, at: p[:at] + "%25" + p[at + 1 :] if p[at] == "%" else p,
    }
    for name in draw(st.lists(st.sampled_from(sorted(steps)), max_size=6)):
        path = steps[name](path, draw(st.integers(0, len(path) - 1)))
    return path


def _reference(path: str) -> str:
    """Decoded to the end, without parameters, doubled slashes, dot segments, letter case and a last slash."""
    while (decoded := unquote(path)) != path:
        path = decoded
    kept: list[str] = []
    for part in path.lower().split("/"):
        bare = part.partition(";")[0]
        if bare == "..":
            del kept[-1:]
        elif bare not in {"", "."}:
            kept.append(bare)
    return "/" + "/".join(kept)


@given(st.data())
def test_whatever_a_reference_takes_for_a_skipped_path_is_skipped(data: st.DataObject) -> None:
    """Any spelling, in any mixture."""
    target = data.draw(st.composite(lambda draw: _spelled("/jobs/nightly/run", draw))())
    policy = Policy(MirrorSettings(rule=(_rule("GET /jobs/{name}/run", "skip"),)), {}, State.SISTER)
    if _reference(target) == "/jobs/nightly/run":
        assert policy.decide(_head(f"GET {target}")).settled == (SKIPPED, Reason.RULE)


@given(st.text(st.sampled_from("/.;%2fFeE5cC\\an1?#:"), max_size=24))
def test_a_mirror_rule_never_means_more_than_it_says(tail: str) -> None:
    """Only what begins as the rule says, and no way to read it leads out of there."""
    policy = Policy(MirrorSettings(rule=(_rule("POST /notes/*", "mirror"),)), {}, State.SISTER)
    for path in (f"/notes/{tail}", f"/{tail}"):
        if policy.decide(_head(f"POST {path}")).settled is None:
            assert path.startswith("/notes/")
            assert f"{_reference(path.partition('?')[0].partition('#')[0])}/".startswith("/notes/")


@pytest.mark.parametrize(
    "path",
    [
        "/" * 65_536,
        "/a" * 32_768,
        "/%2e" * 16_384,
        "/x/.." * 13_000,
        "%25" * 21_845,
        "/" + "a" * 65_535,
        "/;" * 32_768,
        "/jobs/" + "a/run" * 13_000,
    ],
)
def test_a_hostile_path_costs_little(path: str) -> None:
    """64 KB against twenty rules with stars: counted in steps of the interpreter, because a clock would lie."""
    rules = tuple(_rule(f"GET /*a*b{n}*/*/{{id}}/*c", "skip") for n in range(20))
    policy = Policy(MirrorSettings(rule=rules), {}, State.SISTER)
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        policy.decide(_head(f"GET {path}"))
    finally:
        sys.setprofile(None)
    assert steps < 20_000
