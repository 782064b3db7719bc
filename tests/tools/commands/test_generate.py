"""crossfade generate: a project in a folder, again and again, and how it ends."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

ONE = """\
syntax = "proto3";
package acme.users.v1;
message M { string id = 1; }
service Users {
  rpc Get(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Put(M) returns (M);
}
"""
LEGACY = '''\
import users_pb2_grpc


class Users(users_pb2_grpc.UsersServicer):
    def Get(self, request, context):
        """Looks one up."""
        return M(id=str(len(request.id) / 2))
'''
RPC = "src/main/java/acme/users/rpc/users"


class Folder:
    """A service with its contract, and the project that is made of it."""

    def __init__(self, folder: Path, invoke: Callable[..., Any]) -> None:
        self.folder, self.out, self.proto = folder, folder / "java", folder / "users.proto"
        self._invoke = invoke
        self.proto.write_text(ONE)

    def run(self, *words: object) -> Any:
        """One run with the contract as it is now."""
        return self._invoke("generate", "--proto", self.proto, "--out", self.out, *words)

    def change(self, old: str, new: str) -> None:
        """Changes the contract."""
        text = self.proto.read_text()
        assert old in text
        self.proto.write_text(text.replace(old, new))

    def port(self, *names: str) -> None:
        """Writes handlers, as a person would."""
        for name in names:
            path = self.out / RPC / f"{name}Handler.java"
            path.write_text(path.read_text().replace("throw new NotPortedException();", "return request;"))


@pytest.fixture
def users(tmp_path: Path, invoke: Callable[..., Any]) -> Folder:
    """One service with two RPCs."""
    return Folder(tmp_path, invoke)


def test_the_first_run_and_the_second(users: Folder) -> None:
    """Says what was made and what comes next; then that there is nothing to do."""
    first = users.run()
    assert first.exit_code == 0, first.output
    assert f"created       {RPC}/GetHandler.java\n" in first.output
    assert first.output.endswith(f"next: cd {users.out} && ./mvnw package\n")
    assert (users.out / "proto" / "users.proto").read_text() == ONE
    assert (users.out / "mvnw").stat().st_mode & 0o100
    second = users.run()
    assert (second.exit_code, second.output.splitlines()[0]) == (0, f"nothing to do in {users.out}")


def test_a_changed_contract(users: Folder) -> None:
    """A new RPC gets its handler and its line; the one that is gone is an orphan; a handler stays as it was."""
    users.run()
    users.port("Get")
    ported = (users.out / RPC / "GetHandler.java").read_text()
    users.change("rpc Put(M) returns (M);", "rpc Delete(M) returns (M);")
    result = users.run()
    assert result.exit_code == 0, result.output
    assert f"created       {RPC}/DeleteHandler.java\n" in result.output
    assert "deleted       gen/src/main/java/acme/users/gen/users/Put.java\n" in result.output
    assert f"orphan        {RPC}/PutHandler.java: " in result.output
    assert (users.out / RPC / "GetHandler.java").read_text() == ported
    assert "new DeleteHandler()" in (users.out / "src/main/java/acme/users/UsersHandlers.java").read_text()


def test_services_that_are_left_out(users: Folder) -> None:
    """A line for each says why, also for a program; the rest is generated."""
    (users.folder / "base.proto").write_text(ONE.replace("acme.users.v1", "acme.base.v1").replace("Users", "Base"))
    users.change("message M", 'import "base.proto";\nmessage M')
    why = "base.proto is only imported; name the file with --proto, or add --service acme.base.v1.Base to generate it"
    assert f"left out      acme.base.v1.Base: {why}\n" in users.run().output
    told = json.loads(users.run("--json").stdout)
    assert told["left_out"] == [{"service": "acme.base.v1.Base", "reason": why}]
    assert told["rpcs"] == 2


def test_rpcs_that_a_person_confirms(users: Folder) -> None:
    """Are safe in the generated service; what only has a name for it is proposed, and not taken."""
    users.change("{ option idempotency_level = NO_SIDE_EFFECTS; }", ";")
    first = users.run("--propose", users.folder / "idempotency.toml")
    proposed = users.folder / "idempotency.toml"
    assert "0 of 2 RPCs are safe: none may be compared\n" in first.output
    assert "--propose" not in first.output
    assert first.output.endswith(
        f"\nwrote {proposed}: 1 more RPC looks read-only by name; uncomment what changes nothing, "
        f"then add --idempotency {proposed}\n"
    )
    assert '  # "acme.users.v1.Users/Get",\n]' in proposed.read_text()
    binder = users.out / "gen/src/main/java/acme/users/gen/users/UsersBinder.java"
    assert users.run("--idempotency", proposed, "--check").exit_code == 0
    assert ".asSafe()" not in binder.read_text()
    proposed.write_text(proposed.read_text().replace('# "acme', '"acme'))
    result = users.run("--idempotency", proposed)
    assert "1 of 2 RPCs are safe, 1 of them confirmed by you: these may be compared\n" in result.output
    assert binder.read_text().count(".asSafe();") == 1
    assert json.loads(users.run("--idempotency", proposed, "--json").stdout)["safe"] == ["acme.users.v1.Users/Get"]
    again = users.run("--propose", proposed)
    assert again.exit_code == 2
    assert f"expected --propose with a new file, got {proposed}, which exists; choose another" in again.output


def test_a_proposal_is_advised(users: Folder) -> None:
    """Where nobody asked for one yet."""
    users.change("{ option idempotency_level = NO_SIDE_EFFECTS; }", ";")
    advice = "1 more RPC looks read-only by name: --propose FILE writes a list for you to confirm\n"
    assert advice in users.run().output


def test_a_name_that_nobody_has(users: Folder) -> None:
    """One line, exit 2, nothing is written."""
    path = users.folder / "idempotency.toml"
    path.write_text('safe = ["acme.users.v1.Users/Gett"]')
    result = users.run("--idempotency", path)
    assert result.exit_code == 2
    assert f"{path}:1: expected an RPC of the contract, got acme.users.v1.Users/Gett; " in result.output
    assert not users.out.exists()


def test_a_second_service_of_the_same_name(users: Folder) -> None:
    """The first one keeps its folder and its ported handlers; --check agrees."""
    users.run("--package", "acme.users")
    users.port("Get")
    other = users.folder / "admin.proto"
    other.write_text(ONE.replace("acme.users.v1", "acme.admin.v1"))
    both = ("--package", "acme.users", "--proto", other)
    result = users.run(*both)
    assert result.exit_code == 0, result.output
    assert "orphan" not in result.output
    assert "created       src/main/java/acme/users/rpc/acme_admin_v1_users/GetHandler.java\n" in result.output
    assert "import acme.users.gen.users.Get;\n" in (users.out / RPC / "GetHandler.java").read_text()
    assert (users.out / "gen/src/main/java/acme/users/gen/users/Get.java").exists()
    assert users.run(*both, "--check").exit_code == 0


def test_another_package_than_the_first(users: Folder) -> None:
    """Handlers that people wrote are not left behind: one line, exit 2, nothing is written."""
    assert users.run().exit_code == 0
    result = users.run("--package", "com.other")
    assert result.exit_code == 2
    assert "use the --package of the first run" in result.output
    assert not (users.out / "src/main/java/com").exists()


def test_a_generated_file_that_was_changed(users: Folder) -> None:
    """Stops the run with a diff; --force drops the change."""
    users.run()
    path = users.out / "gen/src/main/java/acme/users/gen/users/Get.java"
    path.write_text(path.read_text() + "// mine\x1b[2J\n")
    users.change("rpc Put(M) returns (M);", "")
    result = users.run()
    assert result.exit_code == 1
    assert "-// mine\\x1b[2J\n" in result.output
    assert "nothing was written: 1 generated files were changed by hand" in result.output
    assert (users.out / "gen/src/main/java/acme/users/gen/users/Put.java").exists()
    forced = users.run("--force")
    assert forced.exit_code == 0
    assert "changes made by hand are discarded (--force)\n" in forced.output
    assert "mine" not in path.read_text()


@pytest.mark.needs("git")
def test_a_conflict(users: Folder) -> None:
    """Exits 1 until it is resolved, and says which file."""
    users.run()
    handlers = users.out / "src/main/java/acme/users/UsersHandlers.java"
    handlers.write_text(handlers.read_text().replace("new PutHandler()", "new PutHandler(store)"))
    users.change("rpc Put(M) returns (M);", "")
    for _ in range(2):
        result = users.run()
        assert result.exit_code == 1, result.output
        assert "conflict      src/main/java/acme/users/UsersHandlers.java: " in result.output
        assert result.output.endswith("next: resolve src/main/java/acme/users/UsersHandlers.java, then build\n")
    lines = handlers.read_text().splitlines(keepends=True)
    handlers.write_text("".join(line for line in lines if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))))
    assert users.run().exit_code == 0


def test_check(users: Folder) -> None:
    """Writes nothing: 1 where something would change, 0 where nothing would."""
    assert users.run("--check").exit_code == 1
    assert not users.out.exists()
    users.run()
    assert users.run("--check").exit_code == 0
    users.change("rpc Put(M) returns (M);", "")
    result = users.run("--check")
    assert result.exit_code == 1
    assert "updated       proto/users.proto\n" in result.output
    assert result.output.endswith("would change; next: run crossfade generate without --check\n")
    assert (users.out / "proto" / "users.proto").read_text() == ONE
    assert users.run("--check", "--force").exit_code == 2


def test_json(users: Folder) -> None:
    """For a program: what became of each file, and how it ended."""
    told = json.loads(users.run("--json").stdout)
    assert (told["exit_code"], told["changed"], told["rpcs"], told["base_package"]) == (0, True, 2, "acme.users")
    assert {"path": "pom.xml", "fate": "created", "detail": ""} in told["files"]
    assert told["legacy_source"] is None
    (users.out / "proto" / "users.proto").write_text("mine")
    told = json.loads(users.run("--json").stdout)
    assert (told["exit_code"], told["changed"]) == (1, False)
    assert [item["path"] for item in told["stopped_by"]] == ["proto/users.proto"]


def test_the_legacy_source(users: Folder) -> None:
    """What the Python code says goes into the stubs; what was not found is said."""
    (users.folder / "app").mkdir()
    (users.folder / "app" / "service.py").write_text(LEGACY)
    result = users.run("--legacy-source", users.folder / "app")
    assert "legacy source acme.users.v1.Users/Put: no Python function found\n" in result.output
    assert "1 of 2 RPCs found in the legacy source, " in result.output
    stub = (users.out / RPC / "GetHandler.java").read_text()
    assert "In Python: service.py:5." in stub
    assert "Looks one up." in stub
    assert "notes go into new handlers only" not in result.output
    again = users.run("--legacy-source", users.folder / "app")
    assert "notes go only into new handlers, and all exist: crossfade status --legacy-source" in again.output
    assert users.run("--legacy-source", users.folder / "none").exit_code == 2


def test_finalize(users: Folder) -> None:
    """Only when all is ported and PORTED; then the switch and the modes are gone, and stay so."""
    users.run()
    users.port("Get")
    (users.out / "modes.properties").write_text("* = PORTED\nacme.users.v1.Users/Get = CANARY 5%\n")
    result = users.run("--finalize")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        f"error: {users.out}: expected every RPC to be ported and PORTED, got 2 that are not; finish them first",
        "  acme.users.v1.Users/Get: ported, CANARY 5%",
        "  acme.users.v1.Users/Put: not ported, PORTED",
    ]
    users.port("Put")
    (users.out / "modes.properties").write_text("* = PORTED\n")
    assert users.run("--finalize").exit_code == 0
    assert not (users.out / "gen/src/main/java/dev/crossfade/runtime/strangler").exists()
    assert "strangler" not in (users.out / "src/main/java/acme/users/Main.java").read_text()
    plain = users.run()
    assert plain.exit_code == 2
    assert "expected --finalize, got none; add it, because the project has no mode switch any more" in plain.output
    (users.out / "modes.properties").unlink()  # it was changed by hand, so it stood there as an orphan
    assert users.run("--finalize").exit_code == 0
    assert users.run("--finalize", "--check").exit_code == 0


def test_where_the_contract_comes_from(users: Folder, invoke: Any, service: Any) -> None:
    """A descriptor set, or [contract] in the config; one of them, and not none."""
    from crossfade.codegen.contract import ProtoFiles, load_contract  # noqa: PLC0415

    binpb = users.folder / "users.binpb"
    binpb.write_bytes(load_contract(ProtoFiles(files=(users.proto,))).to_bytes())
    result = invoke("generate", "--descriptor-set", binpb, "--out", users.folder / "two")
    assert result.exit_code == 0, result.output
    assert (users.folder / "two" / "proto" / "contract.binpb").exists()
    none = invoke("generate", "--out", users.out, "--config", service.config)
    assert none.exit_code == 2
    assert "expected a contract, got none; name --proto, --descriptor-set or --reflect" in none.output
    service.add('[contract]\nprotos = ["users.proto"]\n')
    assert invoke("generate", "--out", users.out, "--config", service.config).exit_code == 0
    assert users.run("--descriptor-set", binpb).exit_code == 2
    assert invoke("generate", "--include", users.folder, "--out", users.out).exit_code == 2


def test_a_running_server(users: Folder, invoke: Any) -> None:
    """Is asked by reflection; what every server has besides is not generated."""
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
    reflection.enable_server_reflection([health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        words = ("generate", "--reflect", f"127.0.0.1:{port}", "--service", health.SERVICE_NAME)
        result = invoke(*words, "--package", "acme.health", "--out", users.out)
    finally:
        server.stop(None).wait()
    assert result.exit_code == 0, result.output
    assert (users.out / "proto" / "contract.binpb").exists()
    assert (users.out / "src/main/java/acme/health/rpc/health/CheckHandler.java").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--package", "no package"), "--package"),
        (("--service", "acme.None"), "--service acme.None"),
        (("--artifact-id", "a b"), "--artifact-id"),
    ],
)
def test_a_wrong_option(users: Folder, words: tuple[str, ...], said: str) -> None:
    """One line, exit 2, nothing written."""
    result = users.run(*words)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert result.output.startswith(f"error: {said}")
    assert not users.out.exists()


def test_a_wrong_proto(users: Folder) -> None:
    """File, line and column, exit 2."""
    users.change("rpc Put(M)", "rpc Put(N)")
    result = users.run()
    assert result.exit_code == 2
    assert "users.proto:6:11" in result.output


@pytest.mark.needs("git")
def test_no_git(users: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4 where it is needed, and only there."""
    users.run()
    monkeypatch.setenv("PATH", str(users.folder))
    assert users.run().exit_code == 0
    (users.out / "README.md").write_text("mine\n" + (users.out / "README.md").read_text())
    handlers = users.out / "src/main/java/acme/users/UsersHandlers.java"
    handlers.write_text("// mine\n" + handlers.read_text())
    users.change("rpc Put(M) returns (M);", "")
    result = users.run()
    assert (result.exit_code, result.output.count("\n")) == (4, 1)
    assert "install git and run again; nothing was written" in result.output


def test_ctrl_c(users: Folder, command: Any) -> None:
    """Exit 130, in the middle of writing; the next run carries on."""
    code = """
from crossfade.codegen.project import disk
import os, signal
move = disk.Disk.move
def slow(self, source, target):
    move(self, source, target)
    if target == "pom.xml":
        os.kill(os.getpid(), signal.SIGINT)
disk.Disk.move = slow
"""
    process = command("generate", "--proto", users.proto, "--out", users.out, code=code)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "error: interrupted\n")
    assert not (users.out / ".crossfade-generate" / "manifest.json").exists()
    assert users.run("--check").exit_code == 1
    assert users.run().exit_code == 0
    assert users.run("--check").exit_code == 0
