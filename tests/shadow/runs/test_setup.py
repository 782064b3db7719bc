"""What a config becomes before the mirror works with it."""

import datetime
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config import Config, State, parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.runs.setup import (
    accept_rules,
    build_run_info,
    read_contract,
    read_redactor,
    rules_digest,
    rules_of,
    secrecy_of,
)

GOOD = """\
[service]
name = "builds"
legacy_build = "py-1"
candidate_build = "java-2"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:5000"
candidate = "http://127.0.0.1:5001"
"""
PROTO = 'syntax = "proto3"; package t; service S { rpc Get(M) returns (M); } message M { string a = 1; }'


def _config(more: str = "", folder: Path = Path()) -> Config:
    return parse_config(GOOD + more, folder / "crossfade.toml")


def _contract(folder: Path) -> Contract:
    (folder / "a.proto").write_text(PROTO, encoding="utf-8")
    contract = read_contract(_config('[contract]\nprotos = ["a.proto"]\nincludes = ["."]\n', folder))
    assert contract is not None
    return contract


def test_no_contract() -> None:
    """A plain HTTP service names none."""
    assert read_contract(_config()) is None


def test_a_contract_of_protos(tmp_path: Path) -> None:
    """Read from the file's folder."""
    assert list(_contract(tmp_path).methods) == ["t.S/Get"]


def test_rpcs_that_a_person_confirms(tmp_path: Path) -> None:
    """Are safe for the mirror; a name that the contract does not have is one line with its place."""
    section = '[contract]\nprotos = ["a.proto"]\nincludes = ["."]\nidempotency = "safe.toml"\n'
    (tmp_path / "a.proto").write_text(PROTO, encoding="utf-8")
    (tmp_path / "safe.toml").write_text('safe = ["t.S/Get"]', encoding="utf-8")
    contract = read_contract(_config(section, tmp_path))
    assert contract is not None
    policy = Policy(_config().mirror, contract.methods, State.SISTER)
    head = RequestHead(
        id="1", listener="web", protocol=Protocol.GRPC, method="POST", target="/t.S/Get", headers=(), at=0.0
    )
    assert policy.decide(head).settled is None
    (tmp_path / "safe.toml").write_text('safe = [\n"t.S/Put"]', encoding="utf-8")
    with pytest.raises(ShadowError, match=r"^.*/safe\.toml:2: expected an RPC of the contract, got t\.S/Put; "):
        read_contract(_config(section, tmp_path))


def test_confirmed_rpcs_of_no_contract() -> None:
    """Mean nothing."""
    with pytest.raises(ShadowError, match="expected protos, descriptor_set or reflection with idempotency, got none"):
        _config('[contract]\nidempotency = "safe.toml"\n')


@pytest.mark.parametrize(
    ("section", "found"),
    [
        ('protos = ["gone.proto"]', "gone.proto"),
        ('descriptor_set = "gone.binpb"', "gone.binpb"),
        ('reflection = "127.0.0.1:1"', "127.0.0.1:1"),
    ],
)
def test_a_contract_that_can_not_be_read(tmp_path: Path, section: str, found: str) -> None:
    """A mistake of the config's, in one line that names the source."""
    with pytest.raises(ShadowError) as raised:
        read_contract(_config(f"[contract]\n{section}\n", tmp_path))
    text = str(raised.value)
    assert text.startswith("contract: ")
    assert found in text
    assert "\n" not in text
    assert raised.value.exit_code == 2


def test_ignore_rules() -> None:
    """Route and path are globs; a rule without a route is for all."""
    rules = '[[compare.ignore]]\npath = "body/at"\nreason = "clock"\n[[compare.ignore]]\nroute = "GET *"\npath = "x"\nreason = "y"\n'
    assert rules_of(_config(rules)).ignore == (
        IgnoreRule(route="*", path="body/at", reason="clock"),
        IgnoreRule(route="GET *", path="x", reason="y"),
    )


def test_list_rules() -> None:
    """A key is one name, or several together."""
    rules = '[[compare.list]]\npath = "body/a"\nkey = "item.id"\n[[compare.list]]\nroute = "GET *"\npath = "*"\nkey = ["a", "b"]\n'
    assert rules_of(_config(rules)).lists == (
        ListRule(route="*", path="body/a", key=("item.id",)),
        ListRule(route="GET *", path="*", key=("a", "b")),
    )


def test_a_redactor_needs_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one it hides what the config and the contract name."""
    monkeypatch.delenv("CROSSFADE_REDACTION_KEY", raising=False)
    config = _config('[redact]\nnames = ["nickname"]\npatterns = ["ACME-[0-9]+"]\n', tmp_path)
    assert read_redactor(config, None) is None
    monkeypatch.setenv("CROSSFADE_REDACTION_KEY", "k" * 32)
    redactor = read_redactor(config, None)
    assert redactor is not None
    assert (redactor.is_secret("nickname"), redactor.is_secret("a")) == (True, False)
    assert redactor.text("ACME-1") != "ACME-1"
    (tmp_path / "a.proto").write_text(
        PROTO.replace("string a = 1;", "string a = 1 [debug_redact = true];"), encoding="utf-8"
    )
    contract = read_contract(_config('[contract]\nprotos = ["a.proto"]\nincludes = ["."]\n', tmp_path))
    marked = read_redactor(config, contract)
    assert marked is not None
    assert marked.is_secret("a")


def test_run_info(tmp_path: Path) -> None:
    """Who is compared with whom, under which rules and contract."""
    contract = _contract(tmp_path)
    config = _config()
    info = build_run_info(config, contract, "r1", 1700000000.0, engine="ingest")
    assert (info.run_id, info.service, info.legacy_build, info.candidate_build) == ("r1", "builds", "py-1", "java-2")
    assert (info.rules_digest, info.contract_digest) == (rules_digest(config), contract.digest)
    assert info.engine == "ingest"
    assert info.started_at == 1700000000.0
    assert build_run_info(config, None, "r1", 0.0, engine="x").contract_digest == ""


@pytest.mark.parametrize(
    "more",
    [
        "[mirror]\nsample_pct = 50\n",
        '[[mirror.rule]]\nroute = "POST /a"\naction = "mirror"\nreason = "x"\n',
        '[routes]\nhttp = ["GET /a/{id}"]\n',
        '[[compare.ignore]]\npath = "body/at"\nreason = "x"\n',
        '[[accept]]\nroute = "GET /a"\npath = "body/at"\nreason = "x"\n',
        '[[accept]]\nroute = "GET /a"\npath = "status"\ntransition = "404 -> 401"\nreason = "x"\n',
    ],
)
def test_a_rule_changes_the_digest(more: str) -> None:
    """Runs under other rules are told apart; the same rules have the same digest."""
    assert rules_digest(_config(more)) == rules_digest(_config(more))
    assert rules_digest(_config(more)) != rules_digest(_config())


def test_another_transition_is_another_rule() -> None:
    """What a rule accepts is part of the digest."""
    rules = (f'[[accept]]\nroute = "*"\npath = "status"\ntransition = "{told}"\nreason = "x"\n' for told in "ab")
    assert len({rules_digest(_config(rule)) for rule in rules}) == 2


def test_secrets_need_no_key() -> None:
    """The config's names and patterns, and the contract's fields."""
    config = _config('[redact]\nnames = ["nick"]\npatterns = ["EMP-[0-9]+"]\n')
    secrecy = secrecy_of(config, None)
    found = Difference(path="body/a", template="body/a", kind=Kind.VALUE, legacy="a", candidate="b")
    assert (secrecy.is_secret("nick"), secrecy.is_secret("a")) == (True, False)
    assert (secrecy.shows(found, "open"), secrecy.shows(found, "EMP-12")) == (True, False)


def test_the_state_is_a_rule() -> None:
    """It decides which requests are skipped for a foreign handle."""
    other = parse_config(GOOD.replace("[[listen]]", 'state = "snapshot"\n[[listen]]'), Path("crossfade.toml"))
    assert rules_digest(other) != rules_digest(_config())


def test_a_place_is_no_rule() -> None:
    """Ports, folders and what the gate claims do not change what is compared."""
    text = (
        GOOD.replace("8080", "8081")
        + '[evidence]\ndir = "elsewhere"\n[record]\nsample_pct = 5\n[gate]\nroutes = ["*"]\n'
    )
    assert rules_digest(parse_config(text, Path("crossfade.toml"))) == rules_digest(_config())


OTHER_PORT = """\
[[listen]]
name = "other"
address = "127.0.0.1:8081"
legacy = "http://127.0.0.1:5000"
candidate = "http://127.0.0.1:5001"
"""


@pytest.mark.parametrize(
    ("more", "engine", "unit", "secondary"),
    [
        ("", "mitmproxy", "request", False),
        ('secondary = "http://127.0.0.1:5002"\n[gate]\nunit = "minute"', "mitmproxy", "minute", True),
        ('[ingest]\nsecondary = "http://127.0.0.1:5002"', "ingest", "request", True),
        ('[ingest]\nsecondary = "http://127.0.0.1:5002"', "mitmproxy", "request", False),
        ('secondary = "http://127.0.0.1:5002"\n' + OTHER_PORT, "mitmproxy", "request", False),
    ],
)
def test_what_a_run_counts_by(more: str, engine: str, unit: str, secondary: bool) -> None:
    """Its unit, and whether every request may reach a second instance of legacy."""
    info = build_run_info(_config(more), None, "run-1", 1.0, engine=engine)
    assert (info.unit, info.secondary) == (unit, secondary)


ACCEPT = '[[accept]]\nroute = "GET /ok"\npath = "body/a"\nkind = "order"\nreason = "r"\nexpires = 2027-01-31\n'


def test_accepted_differences() -> None:
    """Each [[accept]] arrives with its end and its id."""
    rule, other = accept_rules(_config(f'{ACCEPT}id = "sorted"\n{ACCEPT}'))
    assert (rule.route, rule.path, rule.kind, rule.reason) == ("GET /ok", "body/a", "order", "r")
    assert rule.expires == datetime.date(2027, 1, 31)
    assert (rule.id, other.id) == ("sorted", "")


def test_an_id_changes_no_verdict() -> None:
    """So runs before and after it was given stand under the same rules."""
    assert rules_digest(_config(ACCEPT)) == rules_digest(_config(f'{ACCEPT}id = "sorted"\n'))
