"""crossfade status: the burn-down of a project, with evidence where there is some."""

import json
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo

PROTO = """\
syntax = "proto3";
package acme.users.v1;
message M { string id = 1; }
service Users { rpc Get(M) returns (M); rpc Put(M) returns (M); }
"""
HANDLERS = "java/src/main/java/acme/users/rpc/users"


@pytest.fixture
def project(tmp_path: Path, invoke: Any) -> Path:
    """A project with one RPC ported and in a canary."""
    (tmp_path / "users.proto").write_text(PROTO)
    out = tmp_path / "java"
    assert invoke("generate", "--proto", tmp_path / "users.proto", "--out", out).exit_code == 0
    handler = tmp_path / HANDLERS / "GetHandler.java"
    handler.write_text(handler.read_text().replace("throw new NotPortedException();", "return request;"))
    (out / "modes.properties").write_text("acme.users.v1.Users/Get = CANARY 5%\n")
    return out


def test_a_person(invoke: Any, project: Path) -> None:
    """One row for each RPC, and a line that sums them up."""
    result = invoke("status", "--project", project)
    assert result.exit_code == 0
    rows = {line.split()[0]: line.split()[1:] for line in result.output.splitlines() if "/" in line}
    assert rows == {
        "Users/Get": ["ported", "CANARY", "5%", "0", "-"],
        "Users/Put": ["not", "ported", "LEGACY", "0", "-"],
    }
    assert result.output.endswith("1 of 2 RPCs ported, 0 with mode PORTED, 0 hazards open\n")


def test_a_program(invoke: Any, project: Path) -> None:
    """The same as JSON."""
    told = json.loads(invoke("status", "--project", project, "--json").stdout)
    assert (told["total"], told["ported"], told["done"]) == (2, 1, 0)
    assert told["rpcs"][0] == {
        "rpc": "acme.users.v1.Users/Get",
        "handler": "src/main/java/acme/users/rpc/users/GetHandler.java",
        "state": "ported",
        "mode": "CANARY 5%",
        "hazards_open": 0,
        "evidence": None,
    }


def test_all_done(invoke: Any, project: Path) -> None:
    """Says what comes next."""
    handler = project.parent / HANDLERS / "PutHandler.java"
    handler.write_text(handler.read_text().replace("throw new NotPortedException();", "return request;"))
    modes = project.parent / "other.properties"
    modes.write_text("* = PORTED\n")
    result = invoke("status", "--project", project, "--modes", modes)
    assert result.output.endswith(
        "2 of 2 RPCs ported, 2 with mode PORTED, 0 hazards open\n"
        "next: run crossfade generate with --finalize, unless you have done so\n"
    )


def test_evidence(invoke: Any, project: Path, service: Any) -> None:
    """Of the newest run of the store that the config names; without a store there is none."""
    words = ("status", "--project", project, "--config", service.config)
    assert json.loads(invoke(*words, "--json").stdout)["rpcs"][0]["evidence"] is None
    _compared(service.store.parent, "acme.users.v1.Users/Get", 50)
    told = json.loads(invoke(*words, "--json").stdout)
    get, put = (rpc["evidence"] for rpc in told["rpcs"])
    assert (get["distinct"], get["divergent"], put) == (50, 0, None)
    assert "0 of 50 diverged, at most 6.14%" in " ".join(invoke(*words).output.split())


def test_a_route_of_which_nothing_was_compared(invoke: Any, project: Path, service: Any) -> None:
    """Has no bound to tell."""
    _compared(service.store.parent, "acme.users.v1.Users/Get", 0)
    told = " ".join(invoke("status", "--project", project, "--config", service.config).output.split())
    assert "nothing compared" in told
    assert "0 of 0" not in told


def _compared(folder: Path, name: str, count: int, *ports: str) -> None:
    fields = ("service", "engine", "legacy_build", "candidate_build", "rules_digest", "contract_digest")
    writer = EvidenceWriter.begin(
        store_in(folder), RunInfo(run_id="r", **dict.fromkeys(fields, "x"), started_at=1.0), None
    )
    entered = {}
    for port in ports or ("",):
        route = RouteInfo(route=name, protocol="grpc", call_type="unary", stage="shadow", listener=port)
        for number in range(count):
            judged = {"signature": (), "noise": None, "examples": (), "legacy_ms": 1.0, "candidate_ms": 1.0}
            writer.add(Judged(route=route, at=2.0, request_hash=number, **judged))
        entered[route] = count
        count *= 2
    writer.finish(entered, now=3.0)


def test_hazards_of_the_source(invoke: Any, project: Path) -> None:
    """With the Python service they are counted there, whether their notes stand in the handlers or not."""
    app = project.parent / "app"
    app.mkdir()
    (app / "service.py").write_text(
        "import users_pb2_grpc\n\n\nclass Users(users_pb2_grpc.UsersServicer):\n"
        "    def Get(self, request, context):\n        return M(id=str(round(len(request.id) / 2)))\n"
    )
    told = json.loads(invoke("status", "--project", project, "--legacy-source", app, "--json").stdout)
    assert told["rpcs"][0]["hazards_open"] > 0
    assert told["rpcs"][1]["hazards_open"] == 0


def test_no_such_modes_file(invoke: Any, project: Path) -> None:
    """One that was named must be there: all in LEGACY would be a guess."""
    result = invoke("status", "--project", project, "--modes", project / "none.properties")
    assert result.exit_code == 2
    assert "none.properties: expected a modes file, got none" in result.output


def test_no_project(invoke: Any, tmp_path: Path) -> None:
    """Exit 2 and one line; a config that was named must be there."""
    result = invoke("status", "--project", tmp_path)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "expected a project generated by crossfade, got none" in result.output


def test_a_config_that_was_named(invoke: Any, project: Path) -> None:
    """Must be there; the default need not."""
    assert invoke("status", "--project", project, "--config", project / "none.toml").exit_code == 2


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    """A Python service with one handler, which has more hazards than a stub shows."""
    folder = tmp_path / "app"
    folder.mkdir()
    lines = "".join(f"        part{i} = request.id.split('{i}')[:{i}]\n" for i in range(9))
    (folder / "service.py").write_text(
        "import users_pb2_grpc\nclass Users(users_pb2_grpc.UsersServicer):\n    def Get(self, request, context):\n"
        f"{lines}        return part0, part1, part2, part3, part4, part5, part6, part7, part8\n"
    )
    return folder


@pytest.mark.parametrize("name", ["Users/Get", "Get", "acme.users.v1.Users/Get"])
def test_all_hazards_of_an_rpc(invoke: Any, project: Path, legacy: Path, name: str) -> None:
    """Each with its line and what to write; the stub shows a part of them."""
    words = ("status", "--project", project, "--legacy-source", legacy, "--hazards", name)
    result = invoke(*words)
    assert result.exit_code == 0
    head, *lines = result.output.splitlines()
    assert head == f"acme.users.v1.Users/Get: service.py:3, {len(lines) // 2} hazards"
    assert lines[0].startswith("C10 service.py:")
    assert "PySemantics.split(s, " in lines[1]
    told = json.loads(invoke(*words, "--json").stdout)
    assert told["rpc"] == "acme.users.v1.Users/Get"
    assert len(told["hazards"]) == len(lines) // 2
    assert told["hazards"][0]["pitfall_id"] == "C10"


def test_hazards_of_an_rpc_without_python(invoke: Any, project: Path, legacy: Path) -> None:
    """Says that there is nothing to read."""
    result = invoke("status", "--project", project, "--legacy-source", legacy, "--hazards", "Put")
    assert result.output == f"acme.users.v1.Users/Put: no Python function found in {legacy}\n"
    words = ("status", "--project", project, "--legacy-source", legacy, "--hazards", "Put", "--json")
    assert json.loads(invoke(*words).stdout) == {"rpc": "acme.users.v1.Users/Put", "hazards": []}


def test_hazards_of_what_is_no_rpc(invoke: Any, project: Path, legacy: Path) -> None:
    """A name that none has, and a list without a source, are usage errors."""
    result = invoke("status", "--project", project, "--legacy-source", legacy, "--hazards", "Gone")
    assert result.exit_code == 2
    assert "--hazards Gone: expected the name of one RPC, got none" in result.output
    result = invoke("status", "--project", project, "--hazards", "Get")
    assert result.exit_code == 2
    assert "expected --legacy-source with --hazards, got none" in result.output


def test_evidence_of_two_ports(invoke: Any, project: Path, service: Any) -> None:
    """An RPC that came on two ports stands with the worse of them."""
    _compared(service.store.parent, "acme.users.v1.Users/Get", 50, "one", "two")
    get = json.loads(invoke("status", "--project", project, "--config", service.config, "--json").stdout)["rpcs"][0]
    assert (get["evidence"]["distinct"], get["evidence"]["divergent"]) == (50, 0)
